"""From the pieces of a question that a reader found to content and key: one rule for all formats.

The readers find prompt, answers and feedback; the builders here turn them into the bank's shapes, and
`finish` cleans and checks them as the bank itself would.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from html import escape
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
    body, problems = read_body(built.type, built.content, built.key, staged=True)
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
    explanation = explain(general, answers)
    if single:
        correct, notes = _only_right(answers)
        return Built("single_choice", content, {"correct": correct, "explanation": explanation}, notes)
    right = [option["id"] for option, answer in zip(options, answers, strict=True) if answer.percent > 0]
    if not right:
        raise Refused(_("no option is right"))
    table, notes = _table_of(answers)
    return Built("multiple_response", content,
                 {"correct": right, "explanation": explanation} | ({"score_table": table} if table else {}), notes)


def _table_of(answers: Sequence[Answer]) -> tuple[str, tuple[str, ...]]:
    """The bank's scoring that gives what the weights give; the usual one ("") where none does, and a note."""
    right = {answer.percent for answer in answers if answer.percent > 0}
    wrong = {answer.percent for answer in answers if answer.percent <= 0}
    share = FULL / sum(answer.percent > 0 for answer in answers)
    if len(right) > 1 or abs(next(iter(right)) - share) > 1:
        return "", (_("the different weights of the right options are not kept"),)
    if wrong <= {Decimal(0)}:
        return "equal_shares", ()
    if len(wrong) == 1 and abs(next(iter(wrong)) + share) <= 1:
        return "", ()
    return "", (_("the weights of the wrong options are not kept: each takes away as much as a right one gives"),)


def build_true_false(prompt: str, *, true: bool, when_true: str = "", when_false: str = "",
                     general: str = "") -> Built:
    """One statement that is true or false."""
    answers = (Answer(_("True"), feedback=when_true), Answer(_("False"), feedback=when_false))
    return Built("single_true_false", {"prompt": prompt}, {"true": true, "explanation": explain(general, answers)})


def build_numeric(prompt: str, answers: Sequence[Answer], *, general: str = "", units: Sequence[tuple[str, str]] = (),
                  unit_mode: str = "none", notes: tuple[str, ...] = ()) -> Built:
    """A number; every answer worth 100% is accepted within its tolerance.

    `units` are (name, factor), the main one first: its factor is 1, and 0.01 for metres beside centimetres.
    """
    right, partial = _full_answers([answer for answer in answers if answer.text.strip() != "*"])
    accepted = [{"value": answer.text, "tolerance": answer.tolerance} for answer in right]
    content: dict[str, Any] = {"prompt": prompt}
    key: dict[str, Any] = {"accepted": accepted, "explanation": explain(general, as_html(answers))}
    longest = max((len(answer.text) for answer in right), default=0)
    if longest > 16:
        content["max_length"] = min(longest, 200)
    if units and unit_mode != "none":
        content["unit"] = {"mode": unit_mode, "text": units[0][0]}
        key["units"] = [{"unit": name, "factor": factor} for name, factor in units[1:]]
    return Built("short_numeric", content, key, notes + partial)


def build_text(prompt: str, answers: Sequence[Answer], *, case_sensitive: bool = False,
               general: str = "") -> Built:
    """Some words; every answer worth 100% is accepted, a star in it stands for any letters."""
    right, partial = _full_answers([answer for answer in answers if answer.text.strip() != "*"])
    key = {**accepted_texts([answer.text for answer in right]), "case_sensitive": case_sensitive,
           "explanation": explain(general, as_html(answers))}
    return Built("short_text", {"prompt": prompt}, key, partial)


def accepted_texts(texts: Sequence[str]) -> dict[str, Any]:
    r"""`accepted` of a key, with `pattern` where a star stands for any letters; `\*` is a star that is meant."""
    if any("*" in text.replace("\\*", "") for text in texts):
        return {"accepted": [{"text": text} for text in texts], "pattern": True}
    return {"accepted": [{"text": text.replace("\\*", "*")} for text in texts]}


def build_matching(prompt: str, pairs: Sequence[tuple[str, str]], *, general: str = "",
                   html: bool = False) -> Built:
    """Left and right side of each pair; an empty left side is a partner too many. Right sides are plain or HTML."""
    targets: dict[str, str] = {}
    options: list[dict[str, str]] = []
    right: dict[str, str] = {}
    used: list[str] = []
    for left, partner in pairs:
        if not plain_text(partner) and "<img" not in partner:
            continue
        target = targets.setdefault(partner.strip(), f"t{len(targets) + 1}")
        if plain_text(left) or "<img" in left:
            options.append({"id": f"o{len(options) + 1}", "text": left})
            right[options[-1]["id"]] = target
            used.append(target)
    content = {"prompt": prompt, "options": options, "reuse": len(set(used)) < len(used),
               "targets": [{"id": name, "text": text if html else escape(text, quote=False)}
                           for text, name in targets.items()]}
    return Built("matching", content, {"pairs": right, "explanation": general})


def build_essay(prompt: str, *, points: str = "1", general: str = "", model_answer: str = "",
                limits: dict[str, Any] | None = None, type: str = "essay",
                notes: tuple[str, ...] = ()) -> Built:
    """What a person will mark. Formats without rubrics give one criterion: the whole answer, all or nothing."""
    key = {"rubric": plain_rubric(points), "explanation": general}
    if model_answer:
        key["model_answer"] = model_answer
    return Built(type, {"prompt": prompt, **(limits or {})}, key, notes)


def plain_rubric(points: str = "1") -> dict[str, Any]:
    """One criterion, with its points or none."""
    number = read_number(points)
    full = points if number is not None and 0 < number <= 1000 else "1"
    return {"criteria": [{"id": "c1", "name": _("The whole answer"),
                          "levels": [{"points": full, "text": ""}, {"points": "0", "text": ""}]}]}


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


def explain(general: str, answers: Sequence[Answer]) -> str:
    """What the file says afterwards: the general feedback, then what it says to each answer."""
    spoken = [answer for answer in answers if answer.feedback and plain_text(answer.feedback)]
    if len(answers) == 1 and spoken:
        return general + spoken[0].feedback
    lines = "".join(f"<li>{one_line(answer.text)}: {one_line(answer.feedback)}</li>" for answer in spoken)
    return general + (f"<ul>{lines}</ul>" if lines else "")


def as_html(answers: Sequence[Answer]) -> list[Answer]:
    """The same answers, whose plain texts may now stand in HTML."""
    return [replace(answer, text=escape(answer.text, quote=False)) for answer in answers]
