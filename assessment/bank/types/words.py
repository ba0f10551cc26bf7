"""Answers in words: compared as a Vietnamese reader compares them.

Blanks, composition of letters, the place of a tone mark in its syllable (hoà = hòa), i or y that stands for the
whole rhyme (kĩ = kỹ), typographic quotes and dashes and, unless told otherwise, capitals make no difference.
Tone marks and letters do: "ma" is not "má", "Ha Noi" is not "Hà Nội".
"""

import re
import unicodedata

from assessment.bank.types.base import Given, ItemType, Parts, Problems, Stored, judge_one, required
from assessment.bank.types.fields import cleaner, is_short_text, read_line
from assessment.bank.types.quantities import accepted_rows, read_max_length
from lms.core.errors import Problem
from lms.core.i18n import _

TABLES = ("all_or_nothing",)
WORDS_LENGTH = 200
MOST_STARS = 10
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_VOWELS = frozenset("aeiouyAEIOUY")
_SAME_SIGNS = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-"})
_WORD = re.compile(r"[^\W\d_]+")
_TONED_Y = re.compile(r"(?<![^\W\d_])((?:[hklmst]|qu)?)[ỳýỷỹỵ](?![^\W\d_])", re.I)
_Y_TO_I = str.maketrans("ỳýỷỹỵỲÝỶỸỴ", "ìíỉĩịÌÍỈĨỊ")


def fold_text(text: str, case_sensitive: bool = False) -> str:
    """Text as answers are compared; equal answers, and only they, give equal texts."""
    plain = " ".join(unicodedata.normalize("NFC", text).translate(_SAME_SIGNS).split())
    plain = plain if case_sensitive else plain.casefold()
    plain = _TONED_Y.sub(lambda match: match[0].translate(_Y_TO_I), plain)
    return _WORD.sub(lambda match: _tone_first(match[0]), plain)


def _tone_first(word: str) -> str:
    """The word with its tone mark at its first vowel, wherever it was typed: the mark counts, its place does not."""
    signs = unicodedata.normalize("NFD", word)
    tones = "".join(sign for sign in signs if sign in _TONES)
    if not tones:
        return word
    bare = "".join(sign for sign in signs if sign not in _TONES)
    first = next((place for place, sign in enumerate(bare, start=1) if sign in _VOWELS), len(bare))
    return unicodedata.normalize("NFC", bare[:first] + tones + bare[first:])


def accepts_text(key: Stored, typed: object) -> bool:
    """Whether a text is one of the accepted, or like one of them where the key is of patterns."""
    strict, patterns = bool(key.get("case_sensitive")), key.get("pattern") is True
    known = [required(row, "text") if isinstance(row, dict) else row for row in required(key, "accepted")]
    if not isinstance(typed, str):
        return False
    said = fold_text(typed, strict)
    if not patterns:
        return any(said == fold_text(str(text), strict) for text in known)
    return any(is_like(said, [fold_text(part, strict) for part in _parts(str(text))]) for text in known)


def is_like(text: str, parts: list[str]) -> bool:
    """Whether a text is these parts in order with anything between them. One walk: it cannot run away."""
    if len(parts) == 1:
        return text == parts[0]
    first, *middle, last = parts
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    place, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return True


def _parts(pattern: str) -> list[str]:
    r"""What stands between the stars; `\*` is a star that is meant."""
    return [part.replace("\ufffc", "*") for part in pattern.replace("\\*", "\ufffc").split("*")]


def read_accepted_texts(key: Given, longest: int, problems: Problems, where: str = "key") -> Stored:
    """`accepted` rows of {"text"} with `case_sensitive` and, where it is true, `pattern`."""
    accepted, patterns = [], key.get("pattern") is True
    for row in accepted_rows(key, problems, where):
        text = read_line(row.get("text"), longest)
        if not text:
            problems.append(Problem(where, _("A right answer has 1 to %(n)s characters.", n=longest)))
            continue
        if patterns and (len(_parts(text)) > MOST_STARS or not "".join(_parts(text)).strip()):
            problems.append(Problem(where, _("“%(text)s” would accept nearly anything.", text=text[:60])))
        accepted.append({"text": text})
    clean: Stored = {"accepted": accepted, "case_sensitive": key.get("case_sensitive") is True}
    return clean | {"pattern": True} if patterns else clean


def _read_words(content: Given, said: Stored, problems: Problems) -> Stored:
    return {"max_length": read_max_length(content, WORDS_LENGTH, problems)}


def _read_words_key(key: Given, content: Stored, problems: Problems) -> Stored:
    return read_accepted_texts(key, content["max_length"], problems)


def _judge_words(_content: Stored, key: Stored, response: object) -> Parts:
    return judge_one(accepts_text(key, response))


def answer_of_texts(key: Stored) -> str | None:
    """The first accepted text; where a star may be anything, nothing stands there."""
    text = key["accepted"][0]["text"] if key.get("accepted") else None
    return " ".join("".join(_parts(text)).split()) if text and key.get("pattern") else text


SHORT_TEXT = ItemType(
    "short_text", cleaner(_read_words, _read_words_key, TABLES),
    lambda _content, response: response is None or is_short_text(response), _judge_words, TABLES,
    lambda _content, key: answer_of_texts(key))
