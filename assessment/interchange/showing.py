"""How staged questions are shown: as candidates will see them, beside what stood in the file."""

import json
from dataclasses import dataclass
from typing import Any

from flask import url_for

from assessment.bank.content import letter
from assessment.bank.markup import plain_text, sanitise, staged_pictures
from assessment.bank.types import TYPES
from assessment.interchange.models import ImportBatch, ImportQuestion, ImportStimulus
from assessment.interchange.questions import MEDIA
from assessment.interchange.services import VIEWS, Counts
from lms.core.i18n import _, _l

FORMAT_NAMES = {
    "gift": "GIFT", "moodle_xml": "Moodle XML", "aiken": "Aiken", "csv": "CSV", "xlsx": "Excel (.xlsx)",
    "qti": "QTI", "qti_package": "QTI", "canvas_qti": "Canvas (QTI 1.2)", "word": "Word (.docx)",
    "docx": "Word (.docx)",
}
STATE_NAMES = {"good": _l("Good"), "unsure": _l("Unsure"), "refused": _l("Refused"), "fixed": _l("Put right"),
               "dropped": _l("Left out")}
STATE_TONES = {"good": "success", "unsure": "warning", "refused": "danger", "fixed": "success", "dropped": "neutral"}
VIEW_NAMES = {"all": _l("All"), "unsure": _l("Unsure"), "refused": _l("Refused"), "good": _l("Good"),
              "twins": _l("Duplicates"), "dropped": _l("Left out")}
FIELD_NAMES = {"prompt": _l("Question"), "key": _l("Key"), "options": _l("Options"), "type": _l("Type"),
               "explanation": _l("Explanation"), "stimulus": _l("Shared text"), "rubric": _l("Rubric"),
               "targets": _l("Answers"), "gaps": _l("Gaps"), "image": _l("Picture")}


@dataclass(frozen=True)
class Card:
    """One question on the page: as it will look with its right answer, and as it stood in the file."""

    question: ImportQuestion
    content: dict[str, Any] | None
    answer: object
    source: str
    stimulus: dict[str, Any] | None

    @property
    def state_name(self) -> str:
        """Its state in words."""
        return str(STATE_NAMES[self.question.state])

    @property
    def state_tone(self) -> str:
        """The colour of its state."""
        return STATE_TONES[self.question.state]


def card(batch: ImportBatch, question: ImportQuestion, stimulus: ImportStimulus | None) -> Card:
    """What the page shows of one question."""
    data = question.data
    content = data["content"] if data["type"] in TYPES and data["content"] else None
    shared = {"title": stimulus.title, **_with_addresses(batch, stimulus.content)} if stimulus else None
    return Card(question, _with_addresses(batch, content) if content else None,
                _right_answer(data) if content else None, _clean_source(batch, question.source), shared)


def view_of(asked: str, counts: Counts) -> str:
    """The view that was asked for; else the first that needs a person."""
    if asked in VIEWS:
        return asked
    return "refused" if counts.refused else "unsure" if counts.unsure else "all"


def field_name(where: str, type: str) -> str:
    """What a problem's place is called on the page: `options-2` is option B."""
    name, _mark, number = where.partition("-")
    if name == "options" and number.isdecimal() and 1 <= int(number) <= 12:
        return _("Option %(letter)s", letter=letter(type, int(number)))
    found = FIELD_NAMES.get(name)
    return str(found) if found else ""


def _right_answer(data: dict[str, Any]) -> object:
    """A response that is wholly right, where the key can say one: the preview shows it filled in."""
    try:
        return TYPES[data["type"]].answer(data["content"], data["key"])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):  # a key that is not whole yet
        return None


def _with_addresses(batch: ImportBatch, content: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(content)
    if "media:" not in text:
        return content
    found: dict[str, Any] = json.loads(MEDIA.sub(lambda match: _address(batch, match[1]), text))
    return found


def _address(batch: ImportBatch, sha256: str) -> str:
    return url_for("interchange.show_medium", batch_id=batch.id, sha256=sha256)


def _clean_source(batch: ImportBatch, source: str) -> str:
    """The question as it stood in the file, harmless; plain text keeps its lines."""
    with staged_pictures():
        clean = sanitise(source)
    return MEDIA.sub(lambda match: _address(batch, match[1]), clean) if plain_text(clean) or "<img" in clean else ""


