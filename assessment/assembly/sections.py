"""The parts of a paper: what they are called, what the candidate is told, and where sets of a stimulus go."""

from collections.abc import Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from assessment.bank.content import EXAM_TYPES
from lms.core.i18n import _

MIXED = "set"
"""The part of a set whose questions are of several types: they stay with their text."""


class Drawn(Protocol):
    """What this module needs of a drawn item: its type, and its stimulus and place there, if any."""

    @property
    def type(self) -> str:
        """Code of the type."""

    @property
    def place(self) -> tuple[UUID, int] | None:
        """(stimulus, place in its set)."""


Each = TypeVar("Each", bound=Drawn)


def lay_out(drawn: Sequence[Each]) -> list[tuple[str, Each]]:
    """(number of the part, item) in the order of the paper: parts by type, sets together in the order of their set."""
    sets: dict[UUID, list[Each]] = {}
    for each in drawn:
        if each.place:
            sets.setdefault(each.place[0], []).append(each)
    blocks: list[list[Each]] = []
    for each in drawn:
        if not each.place:
            blocks.append([each])
        elif own := sets.pop(each.place[0], None):
            blocks.append(sorted(own, key=lambda one: one.place[1] if one.place else 0))
    kinds = [kind for kind in (*EXAM_TYPES, MIXED) if any(_kind(block) == kind for block in blocks)]
    numbers = {kind: roman(place) for place, kind in enumerate(kinds, 1)}
    ordered = sorted(blocks, key=lambda block: kinds.index(_kind(block)))
    return [(numbers[_kind(block)], each) for block in ordered for each in block]


def _kind(block: Sequence[Drawn]) -> str:
    types = {each.type for each in block}
    return types.pop() if len(types) == 1 else MIXED


def roman(number: int) -> str:
    """I, II, III, IV … for a number below 40."""
    tens, ones = divmod(number, 10)
    return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]


def section_kind(kind: str) -> str:
    """What a part with questions of one type is called, in the reader's language."""
    kinds = {
        "single_choice": _("Multiple choice, one right answer"),
        "multiple_response": _("Multiple choice, several right answers"),
        "single_true_false": _("True or false, one statement"), "true_false": _("True or false"),
        "four_cell": _("Short answer in four cells"), "short_numeric": _("Short answer"),
        "short_text": _("Short answer in words"), "cloze": _("Text with gaps"), "table_fill": _("Table to fill in"),
        "matching": _("Matching"), "ordering": _("Putting in order"), "categorise": _("Sorting into groups"),
        "hotspot": _("Places on a picture"), "label_image": _("Labels on a picture"), "maths": _("Formula"),
        "essay": _("Essay"), "file_upload": _("Answer in files"), "oral": _("Spoken answer"),
        "code": _("Program"), MIXED: _("Questions on a shared text"),
    }
    return kinds.get(kind, kind)


def instruction(kind: str) -> str:
    """What the candidate is to do in a part of this kind."""
    told = {
        "single_choice": _("For each question choose one answer."),
        "multiple_response": _("For each question choose every right answer."),
        "single_true_false": _("Say for each statement whether it is true or false."),
        "true_false": _("In each question choose true or false for each statement a), b), c), d)."),
        "four_cell": _("Write each answer into four cells: digits, a minus sign, a decimal comma."),
        "short_numeric": _("Write a number as the answer to each question."),
        "short_text": _("Write a word or a few as the answer to each question."),
        "cloze": _("Fill in every gap."), "table_fill": _("Fill in every empty cell."),
        "matching": _("Match each line with what belongs to it."), "ordering": _("Put the lines in order."),
        "categorise": _("Put each into the group it belongs to."),
        "hotspot": _("Show the place on the picture."), "label_image": _("Say what each number on the picture is."),
        "maths": _("Write a formula as the answer to each question."),
        "essay": _("Write a text in your own words."), "file_upload": _("Send your answer as files."),
        "oral": _("Record your answer with the microphone."), "code": _("Write a program."),
        MIXED: _("Read or listen first, then answer the questions."),
    }
    return told.get(kind, "")
