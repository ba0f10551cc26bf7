"""From the pieces of a question that a reader found to content and key: one rule for all formats.

The readers find prompt, answers and feedback; the builders here turn them into the bank's shapes, and
`finish` cleans and checks them as the bank itself would.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from html import escape
from inspect import signature
from typing import Any

from assessment.bank.content import read_body, read_number
from assessment.bank.markup import one_line, plain_text
from assessment.interchange.questions import (
    MOST_ANSWERS,
    NAME_LIMIT,
    SOURCE_LIMIT,
    Found,
    ParsedQuestion,
    Refused,
    Unsure,
)
from lms.core.i18n import _

FULL = Decimal(100)
TWO = Decimal(2)
_STAGED: dict[str, Any] = {"staged": True} if "staged" in signature(read_body).parameters else {}


@dataclass(frozen=True)
class Answer:
    """One answer of a question in a file: its text, its worth in percent, what is said about it (HTML)."""

    text: str
    percent: Decimal = Decimal(0)
    feedback: str = ""
    tolerance: str = "0"


@dataclass(frozen=True)
class Built:
    """A question in the bank's shape, not yet checked."""

    type: str
    content: dict[str, Any]
    key: dict[str, Any]
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    unsure: tuple[Unsure, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)


def finish(found: Found, built: Built, source: str = "", stimulus: str | None = None) -> ParsedQuestion:
    """Clean and check a built question; its problems are those that the bank would name."""
    body, problems = read_body(built.type, built.content, built.key, **_STAGED)
    name = " ".join(found.name.split())[:NAME_LIMIT] or body.stem_text[:80]
    messages = tuple(dict.fromkeys((*built.problems, *(problem.message for problem in problems))))
    return ParsedQuestion(found.line, name, found.category, found.source_type, body.type, body.content,
                          body.key, messages, built.notes, built.unsure, source[:SOURCE_LIMIT], built.metadata,
                          stimulus, found.position)


def check_count(answers: int) -> None:
    """Raise Refused for more answers than any question has."""
    if answers > MOST_ANSWERS:
        raise Refused(_("the question has more than %(n)s answers", n=MOST_ANSWERS))

def build_choice(prompt: str, answers: Sequence[Answer], *, single: bool, general: str = "") -> Built:
    """Single choice (one option worth 100%) or multiple response (every option worth more than nothing)."""
    options = [{"id": f"o{number}", "text": answer.text} for number, answer in enumerate(answers, start=1)]
    content = {"prompt": prompt, "options": options}
    explanation = _explanation(general, answers)
    if single:
        correct, notes = _only_right(answers)
        return Built("single_choice", content, {"correct": correct, "explanation": explanation}, notes)
    right = [option["id"] for option, answer in zip(options, answers, strict=True) if answer.percent > 0]
    if not right:
        raise Refused(_("no option is right"))
    weights = {answer.percent for answer in answers if answer.percent > 0}
    notes = (_("the different weights of the right options are not kept"),) if len(weights) > 1 else ()
    return Built("multiple_response", content, {"correct": right, "explanation": explanation}, notes)


def build_true_false(prompt: str, *, true: bool, when_true: str = "", when_false: str = "",
                     general: str = "") -> Built:
    """True or false, as a single choice between two words in the importer's language."""
    answers = (Answer(_("True"), feedback=when_true), Answer(_("False"), feedback=when_false))
    options = [{"id": "o1", "text": _("True")}, {"id": "o2", "text": _("False")}]
    key = {"correct": "o1" if true else "o2", "explanation": _explanation(general, answers)}
    return Built("single_choice", {"prompt": prompt, "options": options}, key)


def build_numeric(prompt: str, answers: Sequence[Answer], *, general: str = "",
                  notes: tuple[str, ...] = ()) -> Built:
    """A number; every answer worth 100% is accepted within its tolerance."""
    right, partial = _full_answers([answer for answer in answers if answer.text.strip() != "*"])
    accepted = [{"value": answer.text, "tolerance": answer.tolerance} for answer in right]
    key = {"accepted": accepted, "explanation": _explanation(general, _as_html(answers))}
    return Built("short_numeric", {"prompt": prompt}, key, notes + partial)


def build_text(prompt: str, answers: Sequence[Answer], *, case_sensitive: bool = False,
               general: str = "") -> Built:
    """Some words; every answer worth 100% is accepted."""
    right, partial = _full_answers([answer for answer in answers if answer.text.strip() != "*"])
    if any("*" in answer.text.replace("\\*", "") for answer in right):
        raise Refused(_("a right answer with * in place of any letters is not supported yet"))
    accepted = [{"text": answer.text.replace("\\*", "*")} for answer in right]
    key = {"accepted": accepted, "case_sensitive": case_sensitive,
           "explanation": _explanation(general, _as_html(answers))}
    return Built("short_text", {"prompt": prompt}, key, partial)


def interval(low: str, high: str) -> tuple[str, str]:
    """Middle and tolerance of a range of numbers; raises Refused when it is none."""
    bottom, top = read_number(low), read_number(high)
    if bottom is None or top is None or bottom > top:
        raise Refused(_("“%(text)s” is not a range of numbers", text=f"{low}..{high}"[:60]))
    return str((bottom + top) / TWO), str((top - bottom) / TWO)


def percent(text: str | None) -> Decimal:
    """A worth in percent, -100 to 100; raises Refused when it is not one."""
    number = read_number((text or "0").strip())
    if number is None or not -FULL <= number <= FULL:
        raise Refused(_("“%(text)s” is not a percentage", text=str(text)[:20]))
    return number


def _only_right(answers: Sequence[Answer]) -> tuple[str, tuple[str, ...]]:
    right = [number for number, answer in enumerate(answers, start=1) if answer.percent == FULL]
    if not right:
        raise Refused(_("no option earns the full marks"))
    if len(right) > 1:
        raise Refused(_("more than one option earns the full marks, but only one may be chosen "
                        "(in a GIFT file an equals sign inside an option is written \\=)"))
    partial = any(0 < answer.percent < FULL for answer in answers)
    return f"o{right[0]}", (_("part marks for other options are not kept"),) if partial else ()


def _full_answers(answers: Sequence[Answer]) -> tuple[list[Answer], tuple[str, ...]]:
    right = [answer for answer in answers if answer.percent == FULL]
    if not right:
        raise Refused(_("no answer earns the full marks"))
    partial = any(0 < answer.percent < FULL for answer in answers)
    return right, (_("answers worth a part of the marks are not kept"),) if partial else ()


def _explanation(general: str, answers: Sequence[Answer]) -> str:
    """What the file says afterwards: the general feedback, then what it says to each answer."""
    spoken = [answer for answer in answers if plain_text(answer.feedback)]
    if len(answers) == 1 and spoken:
        return general + spoken[0].feedback
    lines = "".join(f"<li>{one_line(answer.text)}: {one_line(answer.feedback)}</li>" for answer in spoken)
    return general + (f"<ul>{lines}</ul>" if lines else "")


def _as_html(answers: Sequence[Answer]) -> list[Answer]:
    return [replace(answer, text=escape(answer.text, quote=False)) for answer in answers]
