r"""What an item says and what its right answer is: shapes, checks, cleaning. Pure, no database.

`content` holds no key and may be sent to a browser::

    {"prompt": "<p>html with \( tex \)</p>", "options": [{"id": "o1", "text": "html"}, ...]}

(true_false: the options are the statements; numeric and text items have none, and may have `max_length`.)
`key` by type, each with an optional `"explanation": html`::

    single_choice      {"correct": "o2"}
    multiple_response  {"correct": ["o1", "o3"]}
    true_false         {"true": ["o1", "o4"]}                (the other statements are false)
    short_numeric      {"accepted": [{"value": "1.5", "tolerance": "0"}]}
    short_text         {"accepted": [{"text": "Hà Nội"}], "case_sensitive": false}
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from assessment.bank.markup import formula_fault, lost_parts, one_line, plain_text, printable, sanitise
from lms.core.errors import Invalid, Problem
from lms.core.i18n import _

ITEM_TYPES = ("single_choice", "multiple_response", "true_false", "short_numeric", "short_text")
EXAM_TYPES = ITEM_TYPES[:4]
LEVELS = ("know", "understand", "apply")
CHOICE_TYPES = ("single_choice", "multiple_response", "true_false")
STATEMENTS = 4
MOST_OPTIONS = 12
MOST_ACCEPTED = 20
PROMPT_LIMIT, OPTION_LIMIT, ANSWER_LIMIT = 20_000, 5_000, 200
DEFAULT_MAX_LENGTH = {"short_numeric": 16, "short_text": 200}
Given = Mapping[str, Any]
Stored = dict[str, Any]
Problems = list[Problem]
_NUMBER = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:e[+-]?\d{1,2})?", re.I)
_OPTION_ID = re.compile(r"o[1-9]\d?\Z")


@dataclass(frozen=True)
class ItemBody:
    """An item's content and key, cleaned and checked, ready to be stored as a version."""

    type: str
    content: Stored
    key: Stored

    @property
    def stem_text(self) -> str:
        """The prompt as one plain line."""
        return plain_text(self.content["prompt"])


def clean_body(type: str, content: Given, key: Given) -> ItemBody:
    """A body of clean HTML and normal numbers; raises Invalid that lists every problem by field."""
    body, problems = read_body(type, content, key)
    if problems:
        raise Invalid(_("This question is not complete yet."), problems=problems)
    return body


def read_body(type: str, content: Given, key: Given) -> tuple[ItemBody, Problems]:
    """The cleaned body and what is wrong with it; one with problems may be previewed, never made ready."""
    problems: Problems = []
    if type not in ITEM_TYPES:
        unknown = Problem("type", _("No such type of question."))
        return ItemBody(type, {"prompt": "", "options": []}, {}), [unknown]
    clean: Stored = {"prompt": _read_html(content.get("prompt"), "prompt", PROMPT_LIMIT, problems)}
    if not plain_text(clean["prompt"]):
        problems.append(Problem("prompt", _("The question has no text.")))
    clean["options"] = _read_options(type, content.get("options"), problems)
    if type in DEFAULT_MAX_LENGTH:
        clean["max_length"] = _read_max_length(type, content.get("max_length"), problems)
    clean_key = _KEYS[type](key, clean, problems)
    explanation = _read_html(key.get("explanation"), "explanation", PROMPT_LIMIT, problems)
    if explanation:
        clean_key["explanation"] = explanation
    return ItemBody(type, clean, clean_key), problems


def read_number(text: object) -> Decimal | None:
    """The number that a person typed (`1,5`, `1.5`, `−2`, ` 3 `), or None when it is not one number."""
    if not isinstance(text, str) or len(text) > 60:
        return None
    plain = "".join(text.split()).replace("−", "-").replace("–", "-").replace(",", ".")
    if not _NUMBER.fullmatch(plain):
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


def correct_options(type: str, key: Given) -> list[str]:
    """Ids of the right options, or of the true statements."""
    if type == "single_choice":
        return [key["correct"]] if key.get("correct") else []
    return list(key.get("correct" if type == "multiple_response" else "true", []))


def _read_html(raw: object, where: str, limit: int, problems: Problems) -> str:
    """Clean HTML of one field; what cannot be shown is a problem and never lost in silence."""
    if raw is None:
        return ""
    if not isinstance(raw, str):
        problems.append(Problem(where, _("This must be text.")))
        return ""
    if len(raw) > limit:
        problems.append(Problem(where, _("This text is too long: at most %(n)s characters.", n=limit)))
        return ""
    if lost := lost_parts(raw):
        problems.append(Problem(where, _("Pictures, sound and embedded objects cannot be kept yet: %(names)s",
                                         names=", ".join(lost))))
    clean = sanitise(raw)
    if fault := formula_fault(clean):
        problems.append(Problem(where, _("A formula is not closed, or its braces do not match: %(tex)s",
                                         tex=fault)))
    return clean


def _read_options(type: str, raw: object, problems: Problems) -> list[dict[str, str]]:
    if type not in CHOICE_TYPES:
        return []
    rows = raw if isinstance(raw, Sequence) and not isinstance(raw, str) else []
    options: list[dict[str, str]] = []
    for number, row in enumerate(rows[:MOST_OPTIONS + 1], start=1):
        where = f"options-{number}"
        identity = row.get("id") if isinstance(row, Mapping) else None
        if not isinstance(row, Mapping) or not isinstance(identity, str) or not _OPTION_ID.match(identity):
            problems.append(Problem(where, _("An option needs an id such as o1 and a text.")))
            continue
        text = _read_html(row.get("text"), where, OPTION_LIMIT, problems)
        options.append({"id": identity, "text": one_line(text)})
    _check_options(type, options, problems)
    return options


def _check_options(type: str, options: list[dict[str, str]], problems: Problems) -> None:
    if type == "true_false" and len(options) != STATEMENTS:
        problems.append(Problem("options", _("A true/false question has %(n)s statements.", n=STATEMENTS)))
    elif not 2 <= len(options) <= MOST_OPTIONS:
        problems.append(Problem("options", _("The question needs 2 to %(n)s options.", n=MOST_OPTIONS)))
    if len({option["id"] for option in options}) < len(options):
        problems.append(Problem("options", _("Two options have the same id.")))
    seen: dict[str, int] = {}
    for number, option in enumerate(options, start=1):
        text = plain_text(option["text"], limit=OPTION_LIMIT)
        if not text and "<img" not in option["text"]:
            problems.append(Problem(f"options-{number}", _without_text(type, number)))
        elif text in seen:
            problems.append(Problem(f"options-{number}", _("%(a)s and %(b)s say the same.",
                                                           a=letter(type, seen[text]), b=letter(type, number))))
        seen.setdefault(text, number)


def letter(type: str, number: int) -> str:
    """What the option at a place (from 1) is called on the page: A, B, C; a, b, c for statements."""
    return (ascii_lowercase if type == "true_false" else ascii_uppercase)[number - 1]


def _without_text(type: str, number: int) -> str:
    if type == "true_false":
        return _("Statement %(letter)s has no text.", letter=letter(type, number))
    return _("Option %(letter)s has no text.", letter=letter(type, number))


def _read_max_length(type: str, raw: object, problems: Problems) -> int:
    if raw is None:
        return DEFAULT_MAX_LENGTH[type]
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= ANSWER_LIMIT:
        problems.append(Problem("max_length", _("An answer may have 1 to %(n)s characters.", n=ANSWER_LIMIT)))
        return DEFAULT_MAX_LENGTH[type]
    return raw


def _read_single(key: Given, content: Stored, problems: Problems) -> Stored:
    correct = key.get("correct")
    if correct not in [option["id"] for option in content["options"]]:
        problems.append(Problem("key", _("Say which option is right.")))
        return {"correct": None}
    return {"correct": correct}


def _read_multiple(key: Given, content: Stored, problems: Problems) -> Stored:
    correct = _chosen(key.get("correct"), content)
    if not correct:
        problems.append(Problem("key", _("Say which options are right: at least one.")))
    return {"correct": correct}


def _read_true_false(key: Given, content: Stored, problems: Problems) -> Stored:
    if not isinstance(key.get("true"), list):
        problems.append(Problem("key", _("Say for each statement whether it is true or false.")))
    return {"true": _chosen(key.get("true"), content)}


def _chosen(raw: object, content: Stored) -> list[str]:
    named = raw if isinstance(raw, list | tuple) else []
    return [option["id"] for option in content["options"] if option["id"] in named]


def _read_numeric(key: Given, content: Stored, problems: Problems) -> Stored:
    accepted = []
    for row in _accepted_rows(key, problems):
        value, tolerance = read_number(row.get("value")), read_number(row.get("tolerance") or "0")
        if value is None or tolerance is None or tolerance < 0:
            shown = f"{row.get('value')} ± {row.get('tolerance') or 0}"[:60]
            problems.append(Problem("key", _("“%(text)s” is not a number; write for example −1,5 or 0,01.",
                                             text=shown)))
            continue
        accepted.append({"value": number_text(value), "tolerance": number_text(tolerance)})
    limit = content["max_length"]
    if accepted and min(len(row["value"]) for row in accepted) > limit:
        problems.append(Problem("max_length", _("No right answer fits in %(n)s characters.", n=limit)))
    return {"accepted": accepted}


def _read_text_key(key: Given, content: Stored, problems: Problems) -> Stored:
    accepted = []
    for row in _accepted_rows(key, problems):
        text = " ".join(printable(row["text"]).split()) if isinstance(row.get("text"), str) else ""
        if not text or len(text) > content["max_length"]:
            problems.append(Problem("key", _("A right answer has 1 to %(n)s characters.",
                                             n=content["max_length"])))
            continue
        accepted.append({"text": text})
    return {"accepted": accepted, "case_sensitive": key.get("case_sensitive") is True}


def _accepted_rows(key: Given, problems: Problems) -> list[Given]:
    raw = key.get("accepted")
    rows = [row for row in raw if isinstance(row, Mapping)] if isinstance(raw, list | tuple) else []
    if not rows:
        problems.append(Problem("key", _("Give at least one right answer.")))
    if len(rows) > MOST_ACCEPTED:
        problems.append(Problem("key", _("At most %(n)s right answers.", n=MOST_ACCEPTED)))
    return rows[:MOST_ACCEPTED]


_KEYS: dict[str, Callable[[Given, Stored, Problems], Stored]] = {
    "single_choice": _read_single, "multiple_response": _read_multiple, "true_false": _read_true_false,
    "short_numeric": _read_numeric, "short_text": _read_text_key,
}
