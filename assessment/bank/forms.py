"""The editor's forms: where an item belongs; its body stands in `editing`."""

from typing import Any
from uuid import UUID

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import Field, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from assessment.bank import names, services
from assessment.bank.editing import EditedBody
from assessment.bank.media import keep_media
from assessment.bank.models import Item
from assessment.bank.services import ItemDetail, ItemDraft, ItemMetadata
from assessment.bank.types import TYPES
from lms.core.forms import Form
from lms.core.i18n import _, _l
from lms.core.permissions import Actor
from lms.core.web import current_actor
from lms.curriculum import services as curriculum


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
    bank_id = SelectField(_l("Bank"))
    expected_percent = IntegerField(_l("Expected share of right answers, in percent"), validators=[
        Optional(), NumberRange(0, 100, _l("Give a whole number from 0 to 100."))])
    expected_seconds = IntegerField(_l("Expected time, in seconds"), validators=[
        Optional(), NumberRange(1, 36_000, _l("Give a whole number of seconds, at least 1."))])
    source = StringField(_l("Source"), validators=[Optional(), Length(max=500)])
    is_new = True

    def metadata(self) -> list[Field]:
        """The fields beside the place; the bank is chosen once, when the item is new."""
        chosen = [self.bank_id] if self.is_new and len(self.bank_id.choices or ()) > 1 else []
        return [*chosen, self.expected_percent, self.expected_seconds, self.source]

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
        banks = services.list_banks_to_write(current_actor())
        self.bank_id.choices = [("", _("My own desk")), *((str(each.id), each.name) for each in banks)]
        if self.bank_id.data not in {value for value, _label in self.bank_id.choices}:
            self.bank_id.data = ""
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
        share = item.expected_difficulty
        self.expected_percent.data = round(100 * share) if share is not None else None
        self.expected_seconds.data, self.source.data = item.expected_seconds, item.source or ""
        self.bank_id.data = str(item.bank_id or "")

    def take(self, fields: list[tuple[str, str]]) -> None:
        """Put fields that were kept into the form."""
        self.process(MultiDict([(name, value) for name, value in fields if name in self._fields]))

    def draft(self, body: EditedBody, state: str, item: Item | None, bank_id: UUID | None) -> ItemDraft:
        """What the service is given; `item` is the one that is revised. Call after validation."""
        subject_id = as_id(self.subject_id.data)
        assert subject_id is not None
        return ItemDraft(
            body.type, body.content(), body.key(), subject_id, self.level.data, state=state,
            topic_id=as_id(self.topic_id.data), language=self.language.data,
            grade=int(self.grade.data) if self.grade.data else None,
            outcome_ids=tuple(each for each in map(as_id, self.outcome_ids.data) if each),
            bank_id=bank_id, metadata=self._known(item))

    def _known(self, item: Item | None) -> ItemMetadata:
        percent = self.expected_percent.data
        return ItemMetadata(None if percent is None else percent / 100, self.expected_seconds.data,
                            (self.source.data or "").strip() or None, item.translation_group if item else None)


def topic_label(topic: Any) -> str:
    """`12 · Nguyên hàm, tích phân`."""
    return f"{topic.grade} · {topic.name}" if topic.grade else str(topic.name)


SCORE_TABLES = {
    "all_or_nothing": _l("all right or nothing"), "multiple_partial": _l("right choices minus wrong ones"),
    "multiple_each": _l("each option judged by itself"), "equal_shares": _l("an equal share for each right part"),
    "right_minus_wrong": _l("right parts minus wrong ones"),
    "tf4_2025": _l("four statements, as in the graduation exam"),
    "tf_linear": _l("a quarter for each statement"),
}


def score_table_choices(type: str) -> list[tuple[str, object]]:
    """The ways in which a type may be scored, the usual one first."""
    return [(code, SCORE_TABLES.get(code, code)) for code in TYPES[type].score_tables]


def keep_sent_picture(actor: Actor, body: EditedBody, bank_id: UUID | None) -> None:
    """Keep the picture that a plain form sent for a question on a picture; raises Invalid."""
    sent = request.files.get("image_file")
    if sent is None or not sent.filename:
        return
    kept = keep_media(actor, sent.read(), name=sent.filename, bank_id=bank_id)
    image = body.fields.setdefault("image", {})
    image |= {"src": kept.src, "width": str(kept.width or ""), "height": str(kept.height or "")}
