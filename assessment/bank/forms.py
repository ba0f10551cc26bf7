"""The editor's forms: where an item belongs, and its body as plain fields that also work without script."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict
from wtforms import SelectField, SelectMultipleField
from wtforms.validators import InputRequired

from assessment.bank import names
from assessment.bank.content import MOST_ACCEPTED, MOST_OPTIONS, STATEMENTS, correct_options
from assessment.bank.markup import html_to_source, source_to_html
from assessment.bank.services import ItemDetail, ItemDraft
from lms.core.forms import Form
from lms.core.i18n import _, _l
from lms.curriculum import services as curriculum

EXAM_LENGTH = 4
CHOICES = ("single_choice", "multiple_response")


def as_id(text: str | None) -> UUID | None:
    """A UUID, or None where the text is empty or none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


class PlaceForm(Form):
    """Where an item stands in the curriculum."""

    subject_id = SelectField(_l("Subject"), validators=[InputRequired(_l("Choose a subject."))])
    topic_id = SelectField(_l("Topic"))
    grade = SelectField(_l("Grade"))
    level = SelectField(_l("Level"), choices=list(names.LEVEL_NAMES.items()))
    outcome_ids = SelectMultipleField(_l("Outcomes"))
    language = SelectField(_l("Language"), choices=list(names.LANGUAGE_NAMES.items()))

    def offer_choices(self) -> None:
        """Fill the lists: topics and outcomes of the chosen subject. A choice that is gone is dropped."""
        subjects = curriculum.list_subjects()
        self.subject_id.choices = [("", _("Choose…")), *((str(each.id), each.name) for each in subjects)]
        chosen = as_id(self.subject_id.data)
        topics = curriculum.list_topics(chosen) if chosen else []
        outcomes = curriculum.list_outcomes(chosen) if chosen else []
        named = [(str(each.id), topic_label(each)) for each in topics]
        self.topic_id.choices = [("", _("No topic yet")), *named]
        self.outcome_ids.choices = [(str(each.id), f"{each.code}. {each.text}") for each in outcomes]
        self.grade.choices = [("", _("Not said")), *((str(each), str(each)) for each in curriculum.GRADES)]
        known = {value for value, _label in self.outcome_ids.choices}
        self.outcome_ids.data = [each for each in self.outcome_ids.data or [] if each in known]
        if self.topic_id.data not in {value for value, _label in self.topic_id.choices}:
            self.topic_id.data = ""

    def show(self, detail: ItemDetail) -> None:
        """Put an item's values into the fields."""
        item = detail.item
        self.subject_id.data, self.topic_id.data = str(item.subject_id), str(item.topic_id or "")
        self.grade.data, self.level.data = str(item.grade or ""), item.level
        self.language.data = item.language
        self.outcome_ids.data = [str(each) for each in detail.outcome_ids]

    def draft(self, body: "EditedBody", state: str) -> ItemDraft:
        """What the service is given. Call after validation."""
        subject_id = as_id(self.subject_id.data)
        assert subject_id is not None
        return ItemDraft(
            body.type, body.content(), body.key(), subject_id, self.level.data, state=state,
            topic_id=as_id(self.topic_id.data), language=self.language.data,
            grade=int(self.grade.data) if self.grade.data else None,
            outcome_ids=tuple(each for each in map(as_id, self.outcome_ids.data) if each))


def topic_label(topic: Any) -> str:
    """`12 · Nguyên hàm, tích phân`."""
    return f"{topic.grade} · {topic.name}" if topic.grade else str(topic.name)


@dataclass
class EditedBody:
    """What stands in the fields of the editor: source text, not yet checked."""

    type: str
    prompt: str = ""
    explanation: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    right: set[str] = field(default_factory=set)
    judged: set[str] = field(default_factory=set)
    accepted: list[tuple[str, str]] = field(default_factory=list)
    words: str = ""
    case_sensitive: bool = False
    max_length: int | None = None

    @classmethod
    def blank(cls, type: str) -> "EditedBody":
        """Where a new item starts: four empty options, or one empty answer."""
        count = 4 if type in (*CHOICES, "true_false") else 0
        return cls(type, options=[(f"o{number}", "") for number in range(1, count + 1)], accepted=[("", "0")],
                   max_length=EXAM_LENGTH if type == "short_numeric" else None)

    @classmethod
    def from_version(cls, type: str, content: Mapping[str, Any], key: Mapping[str, Any]) -> "EditedBody":
        """The fields of a stored version."""
        options = [(option["id"], html_to_source(option["text"])) for option in content["options"]]
        accepted = [(_shown(row["value"]), _shown(row["tolerance"]))
                    for row in key.get("accepted", []) if "value" in row]
        words = [row["text"] for row in key.get("accepted", []) if "text" in row]
        return cls(
            type, html_to_source(content["prompt"]), html_to_source(key.get("explanation", "")), options,
            right=set(correct_options(type, key)) if options else set(),
            judged={identity for identity, _text in options}, accepted=accepted or [("", "0")],
            words="\n".join(words), case_sensitive=key.get("case_sensitive", False),
            max_length=content.get("max_length"))

    @classmethod
    def from_form(cls, type: str, sent: MultiDict[str, str]) -> "EditedBody":
        """The fields as they were sent."""
        options = [(name.removeprefix("option-"), sent[name]) for name in sent if name.startswith("option-")]
        judged = {name.removeprefix("truth-"): sent[name] for name in sent if name.startswith("truth-")}
        right = ({each for each, said in judged.items() if said == "true"} if type == "true_false"
                 else set(sent.getlist("right")))
        values, tolerances = sent.getlist("accepted-value"), sent.getlist("accepted-tolerance")
        return cls(type, sent.get("prompt", ""), sent.get("explanation", ""), options[:MOST_OPTIONS], right,
                   set(judged), list(zip(values, tolerances, strict=False))[:MOST_ACCEPTED],
                   sent.get("words", ""), "case_sensitive" in sent, _length(type, sent))

    def change(self, action: str) -> bool:
        """Add or take away an option or an answer, as a button asked; False if it asked otherwise."""
        verb, _mark, which = action.partition(":")
        if verb == "add-option" and len(self.options) < MOST_OPTIONS:
            self.options.append((self._free_id(), ""))
        elif verb == "remove-option":
            self.options = [option for option in self.options if option[0] != which]
        elif verb == "add-answer" and len(self.accepted) < MOST_ACCEPTED:
            self.accepted.append(("", "0"))
        elif verb == "remove-answer" and which.isdecimal():
            self.accepted = [row for number, row in enumerate(self.accepted) if number != int(which)]
        return verb in ("add-option", "remove-option", "add-answer", "remove-answer")

    def content(self) -> dict[str, Any]:
        """The content that these fields say."""
        said: dict[str, Any] = {"prompt": source_to_html(self.prompt), "options": [
            {"id": identity, "text": source_to_html(text)} for identity, text in self.options]}
        if self.max_length:
            said["max_length"] = self.max_length
        return said

    def key(self) -> dict[str, Any]:
        """The key that these fields say."""
        chosen = [identity for identity, _text in self.options if identity in self.right]
        by_type: dict[str, dict[str, Any]] = {
            "single_choice": {"correct": chosen[0] if len(chosen) == 1 else None},
            "multiple_response": {"correct": chosen},
            "true_false": {"true": chosen if len(self.judged) >= STATEMENTS else None},
            "short_numeric": {"accepted": [{"value": value, "tolerance": tolerance}
                                           for value, tolerance in self.accepted if value.strip()]},
            "short_text": {"accepted": [{"text": line} for line in self.words.splitlines() if line.strip()],
                           "case_sensitive": self.case_sensitive},
        }
        return {**by_type[self.type], "explanation": source_to_html(self.explanation)}

    def _free_id(self) -> str:
        taken = {identity for identity, _text in self.options}
        return next(each for each in (f"o{number}" for number in range(1, 100)) if each not in taken)


def _length(type: str, sent: MultiDict[str, str]) -> int | None:
    return EXAM_LENGTH if type == "short_numeric" and "exam_length" in sent else None


def _shown(number: str) -> str:
    """A stored number as it is written here: with a decimal comma."""
    return number.replace(".", ",")
