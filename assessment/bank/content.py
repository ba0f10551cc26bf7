r"""What an item says and what its right answer is: cleaned and checked, whatever its type. Pure, no database.

`content` holds no key and may be sent to a browser; `key` says what is right. Each type has its own shape of both
(`assessment/bank/types`); all have in common::

    content  {"prompt": "<p>html with \( tex \)</p>", "options": [{"id": "o1", "text": "html"}, ...],
              "variables": [...], "conditions": [...]}           (options: [] where a type has none)
    key      {"explanation": html, "score_table": code}          (both optional)
"""

from contextlib import nullcontext
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase

from assessment.bank.markup import plain_text, staged_pictures
from assessment.bank.numbers import number_text, read_number
from assessment.bank.types import TYPES, Given, Problems, Stored
from assessment.bank.types.choice import STATEMENTS
from assessment.bank.types.fields import ANSWER_LIMIT, MOST_ACCEPTED, MOST_OPTIONS, OPTION_LIMIT, PROMPT_LIMIT
from assessment.bank.types.gaps import GAP_MARK
from assessment.bank.variants import check_variants
from lms.core.errors import Invalid, Problem
from lms.core.i18n import _

ITEM_TYPES = tuple(TYPES)
EXAM_TYPES = tuple(code for code, each in TYPES.items() if each.exam)
LEVELS = ("know", "understand", "apply")
CHOICE_TYPES = ("single_choice", "multiple_response", "true_false")
DEFAULT_MAX_LENGTH = {"short_numeric": 16, "short_text": 200}

__all__ = ["ANSWER_LIMIT", "CHOICE_TYPES", "DEFAULT_MAX_LENGTH", "EXAM_TYPES", "ITEM_TYPES", "LEVELS", "MOST_ACCEPTED",
           "MOST_OPTIONS", "OPTION_LIMIT", "PROMPT_LIMIT", "STATEMENTS", "Given", "ItemBody", "Problems", "Stored",
           "clean_body", "correct_options", "letter", "number_text", "read_body", "read_number"]


@dataclass(frozen=True)
class ItemBody:
    """An item's content and key, cleaned and checked, ready to be stored as a version."""

    type: str
    content: Stored
    key: Stored

    @property
    def stem_text(self) -> str:
        """The prompt as one plain line."""
        return plain_text(GAP_MARK.sub("…", self.content["prompt"]))


def clean_body(type: str, content: Given, key: Given) -> ItemBody:
    """A body of clean HTML and normal numbers; raises Invalid that lists every problem by field."""
    body, problems = read_body(type, content, key)
    if not problems and body.content.get("variables"):
        problems += _variant_problems(body)
    if problems:
        raise Invalid(_("This question is not complete yet."), problems=problems)
    return body


def read_body(type: str, content: Given, key: Given, *, staged: bool = False) -> tuple[ItemBody, Problems]:
    """The cleaned body and what is wrong with it; one with problems may be previewed, never made ready.

    `staged`: pictures of an import that are not in the bank yet (`media:` and their hash) may stand in it.
    """
    problems: Problems = []
    if type not in TYPES:
        unknown = Problem("type", _("No such type of question."))
        return ItemBody(type, {"prompt": "", "options": []}, {}), [unknown]
    with staged_pictures() if staged else nullcontext():
        clean, clean_key = TYPES[type].clean(content, key, problems)
    return ItemBody(type, {"options": []} | clean, clean_key), problems


def _variant_problems(body: ItemBody) -> Problems:
    """What is wrong in some draw of an item with variables."""
    faults = check_variants(body.type, body.content, body.key).faults
    return [Problem("variables", _("With %(values)s: %(fault)s", values=fault.example, fault=fault.message)
                    if fault.example else fault.message) for fault in faults]


def correct_options(type: str, key: Given) -> list[str]:
    """Ids of the right options, or of the true statements; [] for types without."""
    if type == "single_choice":
        return [key["correct"]] if key.get("correct") else []
    named = key.get("correct" if type == "multiple_response" else "true", [])
    return list(named) if isinstance(named, list) else []


def letter(type: str, number: int) -> str:
    """What the option at a place (from 1) is called on the page: A, B, C; a, b, c for statements."""
    return (ascii_lowercase if type == "true_false" else ascii_uppercase)[number - 1]
