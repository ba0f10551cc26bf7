"""Numbers as people write them: teachers in a key, candidates in an answer box. Pure."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

MINUS_SIGNS = "\u2212\u2010\u2011\u2012\u2013\u2014\u00ad\ufe58\ufe63\uff0d"
"""What stands for a minus: the sign itself, hyphens and dashes, and their wide and small forms."""
# A number as typed has few characters; anything longer is not a number that a candidate meant.
LONGEST_NUMBER = 40
_MINUS = str.maketrans(dict.fromkeys(MINUS_SIGNS, "-"))
_TYPED = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)", re.ASCII)
_GIVEN = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:e[+-]?\d{1,2})?", re.I | re.ASCII)


def read_number(text: object) -> Decimal | None:
    """The number that a teacher typed (`1,5`, `1.5`, `−2`, `2e-3`), or None when it is not one number."""
    if not isinstance(text, str) or len(text) > 60:
        return None
    plain = "".join(text.split()).translate(_MINUS).replace(",", ".")
    if not _GIVEN.fullmatch(plain):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def number_text(number: Decimal) -> str:
    """The one way a number is stored: no exponent, no trailing zeros, a decimal point."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def parse_number(text: object) -> Decimal | None:
    """The number that a candidate typed, or None: "1,5" = "1.5" = "1,50"; any minus sign; blanks ignored.

    With both separators the last one is the decimal mark and the other groups thousands ("1.234,5"). A single
    separator is always the decimal mark, as in the answer boxes of the graduation exam.
    """
    if not isinstance(text, str) or len(text) > LONGEST_NUMBER:
        return None
    plain = _without_thousands(plain_signs(text))
    return Decimal(plain.replace(",", ".")) if _TYPED.fullmatch(plain) else None


def plain_signs(text: str) -> str:
    """Without blanks, wide digits as digits, every minus as a hyphen."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_MINUS).split())


def _without_thousands(plain: str) -> str:
    comma, dot = plain.rfind(","), plain.rfind(".")
    if comma < 0 or dot < 0:
        return plain
    group, mark = (".", ",") if comma > dot else (",", ".")
    whole, _mark, decimals = plain.rpartition(mark)
    if not re.fullmatch(rf"[+-]?\d{{1,3}}(\{group}\d{{3}})+", whole, re.ASCII):
        return plain
    return f"{whole.replace(group, '')}.{decimals}"
