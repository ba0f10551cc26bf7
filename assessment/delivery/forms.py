"""Forms of the teacher's pages. Times are typed on the Vietnamese clock and kept as moments with a zone."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from wtforms import (
    BooleanField,
    DateTimeLocalField,
    DecimalField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from assessment.assembly.services import DrawRow, SetWish
from assessment.bank import services as bank
from assessment.bank.content import EXAM_TYPES, LEVELS
from assessment.bank.names import LANGUAGE_NAMES, TYPE_NAMES
from assessment.bank.services.stimuli import MOST_IN_SET
from assessment.delivery.models import RELEASES, Exam, Sitting
from assessment.delivery.networks import split_list
from assessment.delivery.seb import hash_password
from assessment.delivery.services import ExamDraft
from assessment.delivery.services.exams import MAX_ATTEMPTS, MOST_CODES
from assessment.delivery.services.integrity import Rules
from assessment.delivery.services.windows import LONGEST_NAME, SittingDraft
from lms.core.forms import Form
from lms.core.i18n import _, _l

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SITTING_FIELDS = ("opens_at", "closes_at", "register_until", "places")
FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]


def level_names() -> dict[str, str]:
    """Cognitive levels in the reader's language."""
    return {"know": _("Knowing"), "understand": _("Understanding"), "apply": _("Applying")}


def set_kind_names() -> dict[str, str]:
    """Kinds of what a set shares, in the reader's language."""
    return {"text": _("Text to read"), "audio": _("Recording to listen to")}


def type_names() -> dict[str, str]:
    """Item types of an exam in the reader's language."""
    return {code: str(TYPE_NAMES[code]) for code in EXAM_TYPES}


def release_names() -> dict[str, str]:
    """When candidates see their results, in the reader's language."""
    return {"at_once": _("As soon as they hand in"), "after_close": _("When the exam is closed"),
            "at_time": _("At a time that I choose"), "never": _("Not in this platform")}


def review_names() -> dict[str, str]:
    """How much candidates see of their results, in the reader's language."""
    return {"marks": _("Only the marks"), "answers": _("The marks and their answers"),
            "key": _("The marks, their answers and the key with explanations")}


def exam_level_names() -> dict[str, str]:
    """The kinds of exam, in the reader's language; those after the first two need a second person."""
    return {"practice": _("Practice"), "class_test": _("Class test"), "school": _("Exam of the school"),
            "department": _("Exam of the department"), "national": _("National exam")}


def late_policy_names() -> dict[str, str]:
    """Which answers count although they came late, in the reader's language."""
    return {"outage": _("Count if they were written in time, while the room was cut off by an outage on record"),
            "none": _("Never count")}


def as_uuid(value: object) -> UUID:
    """What a field of ids is read by; raises ValueError."""
    return UUID(str(value))


class ExamForm(Form):
    """The basics of an exam."""

    title = StringField(_l("Title"), validators=[DataRequired(), Length(max=200)])
    subject_id = SelectField(_l("Subject"), coerce=as_uuid)
    time_limit_minutes = IntegerField(_l("Time limit, minutes"), default=50,
                                      validators=[InputRequired(), NumberRange(1, 600)])
    opens_at = DateTimeLocalField(_l("Opens at"), format=FORMATS, validators=[InputRequired()])
    closes_at = DateTimeLocalField(_l("Closes at"), format=FORMATS, validators=[InputRequired()])
    instructions = TextAreaField(_l("Instructions for candidates"), validators=[Optional(), Length(max=5000)])
    register_until = DateTimeLocalField(_l("Pupils may register themselves until"), format=FORMATS,
                                        validators=[Optional()])
    places = IntegerField(_l("Places"), validators=[Optional(), NumberRange(1, 1_000_000)])
    shuffle = BooleanField(_l("Mix the order of the options"), default=True)
    level = SelectField(_l("Kind of exam"), choices=[], default="class_test")
    release = SelectField(_l("Candidates see their results"), choices=[], default="after_close")
    release_at = DateTimeLocalField(_l("Results are shown at"), format=FORMATS, validators=[Optional()])
    review = SelectField(_l("Then they see"), choices=[], default="key")
    attempts_allowed = IntegerField(_l("Attempts a candidate has"), default=1,
                                    validators=[Optional(), NumberRange(1, MAX_ATTEMPTS)])
    late_policy = SelectField(_l("Answers that come after the time"), choices=[], default="outage")

    def __init__(self, subjects: list[tuple[UUID, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject_id.choices = subjects
        self.level.choices = list(exam_level_names().items())
        self.release.choices = [(code, release_names()[code]) for code in RELEASES]
        self.review.choices = list(review_names().items())
        self.late_policy.choices = list(late_policy_names().items())

    def of_several(self, sitting: Sitting) -> None:
        """Without the times of its sittings, which have a page of their own; those of the first stay as they are."""
        for name in SITTING_FIELDS:
            del self[name]
        self.first = sitting

    def show(self, exam: Exam, sitting: Sitting) -> None:
        """Fill the form from a stored exam."""
        for name in ("title", "subject_id", "time_limit_minutes", "instructions", "shuffle", "level", "release",
                     "review", "late_policy", "attempts_allowed"):
            self[name].data = getattr(exam, name)
        if "opens_at" in self:
            show_times(self, sitting)
        self.release_at.data = _local(exam.release_at) if exam.release_at else None

    def draft(self) -> ExamDraft:
        """What was filled in."""
        times = read_times(self) if "opens_at" in self else {name: getattr(self.first, name) for name in SITTING_FIELDS}
        return ExamDraft(
            title=str(self.title.data), subject_id=self.subject_id.data,
            time_limit_minutes=int(self.time_limit_minutes.data or 0), instructions=self.instructions.data or "",
            shuffle=bool(self.shuffle.data), level=self.level.data, release=self.release.data,
            release_at=as_moment(self.release_at.data) if self.release_at.data else None, review=self.review.data,
            late_policy=self.late_policy.data, attempts_allowed=self.attempts_allowed.data or 1,
            **times)


class SittingForm(Form):
    """One of several sittings of an exam."""

    name = StringField(_l("Name of the sitting"), validators=[DataRequired(), Length(max=LONGEST_NAME)])
    opens_at = DateTimeLocalField(_l("Opens at"), format=FORMATS, validators=[InputRequired()])
    closes_at = DateTimeLocalField(_l("Closes at"), format=FORMATS, validators=[InputRequired()])
    register_until = DateTimeLocalField(_l("Pupils may register themselves until"), format=FORMATS,
                                        validators=[Optional()])
    places = IntegerField(_l("Places"), validators=[Optional(), NumberRange(1, 1_000_000)])

    def show(self, sitting: Sitting) -> None:
        """Fill the form from a stored sitting."""
        self.name.data = sitting.name
        show_times(self, sitting)

    def draft(self) -> SittingDraft:
        """What was filled in."""
        return SittingDraft(str(self.name.data), **read_times(self))


class MoveForm(Form):
    """In which sitting a candidate sits the exam."""

    sitting_id = SelectField(_l("Sitting"), coerce=as_uuid)
    reason = StringField(_l("Reason"), validators=[Optional(), Length(max=200)])

    def __init__(self, sittings: Sequence[Sitting], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sitting_id.choices = [(each.id, each.name) for each in sittings]


class DrawForm(Form):
    """In how many codes the test is drawn."""

    codes = IntegerField(_l("Codes of the paper"), default=1, validators=[InputRequired(), NumberRange(1, MOST_CODES)],
                         description=_l("Each code has the same questions in another order. Neighbours in a room get "
                                        "different codes."))


class RowForm(Form):
    """One more row of the plan: so many questions of one kind."""

    topic_id = SelectField(_l("Topic"), choices=[])
    level = SelectField(_l("Level"), choices=[])
    type = SelectField(_l("Type"), choices=[])
    count = IntegerField(_l("Questions"), default=4, validators=[InputRequired(), NumberRange(1, 100)])
    points = DecimalField(_l("Points each"), validators=[Optional(), NumberRange(Decimal("0.01"), 100)])
    bank_id = SelectField(_l("Secure bank"), choices=[], default="")
    from_sets = BooleanField(_l("Also single questions of sets"))

    def __init__(self, topics: list[tuple[str, str]], *args: Any, banks: Sequence[tuple[str, str]] = (),
                 **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bank_id.choices = [("", _("No secure bank")), *banks]
        self.topic_id.choices = [("", _("Any topic")), *topics]
        self.level.choices = [("", _("Any level")), *((code, level_names()[code]) for code in LEVELS)]
        self.type.choices = [("", _("Any type")), *((code, type_names()[code]) for code in EXAM_TYPES)]

    def row(self, subject_id: UUID) -> DrawRow:
        """What was filled in."""
        topic_id = UUID(self.topic_id.data) if self.topic_id.data else None
        return DrawRow(subject_id=subject_id, topic_id=topic_id, level=self.level.data or None,
                       type=self.type.data or None, count=int(self.count.data or 0), points=self.points.data,
                       bank_id=UUID(self.bank_id.data) if self.bank_id.data else None,
                       from_sets=bool(self.from_sets.data))


class SetRowForm(Form):
    """One more row of the plan: whole sets, each with its text or recording."""

    stimulus_id = SelectField(_l("Which set"), choices=[])
    topic_id = SelectField(_l("Topic"), choices=[])
    kind = SelectField(_l("Kind of text"), choices=[])
    language = SelectField(_l("Language"), choices=[])
    fewest = IntegerField(_l("Questions in a set, from"), default=1,
                          validators=[InputRequired(), NumberRange(1, MOST_IN_SET)])
    most = IntegerField(_l("Questions in a set, up to"), default=MOST_IN_SET,
                        validators=[InputRequired(), NumberRange(1, MOST_IN_SET)])
    count = IntegerField(_l("Sets"), default=1, validators=[InputRequired(), NumberRange(1, 100)])
    points = DecimalField(_l("Points each"), validators=[Optional(), NumberRange(Decimal("0.01"), 100)])
    bank_id = SelectField(_l("Secure bank"), choices=[], default="")

    def __init__(self, topics: list[tuple[str, str]], sets: Sequence[bank.DrawableSet], *args: Any,
                 banks: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, prefix="set", **kwargs)
        named = [(str(each.id), f"{each.title} ({len(each.items)})") for each in sets]
        self.stimulus_id.choices = [("", _("Any set")), *named]
        self.topic_id.choices = [("", _("Any topic")), *topics]
        self.kind.choices = [("", _("Text or recording, either")), *set_kind_names().items()]
        self.language.choices = [("", _("Any language")), *((code, str(name)) for code, name in LANGUAGE_NAMES.items())]
        self.bank_id.choices = [("", _("No secure bank")), *banks]

    def validate_most(self, field: IntegerField) -> None:
        """From a number to one that is not lower."""
        if isinstance(field.data, int) and isinstance(self.fewest.data, int) and field.data < self.fewest.data:
            raise ValidationError(_("The second number must not be lower than the first."))

    def row(self, subject_id: UUID) -> DrawRow:
        """What was filled in."""
        wish = SetWish(fewest=int(self.fewest.data or 0), most=int(self.most.data or 0), kind=self.kind.data or None,
                       language=self.language.data or None, stimulus_id=_chosen(self.stimulus_id.data))
        return DrawRow(subject_id=subject_id, topic_id=_chosen(self.topic_id.data), count=int(self.count.data or 0),
                       points=self.points.data, bank_id=_chosen(self.bank_id.data), sets=wish)


class ClassesForm(Form):
    """Which classes sit the exam."""

    classes = SelectMultipleField(_l("Classes"), coerce=as_uuid)

    def __init__(self, classes: list[tuple[UUID, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.classes.choices = classes


class ReasonForm(Form):
    """Why something that touches a running exam is done."""

    reason = StringField(_l("Reason"), validators=[Optional(), Length(max=200)])


def show_times(form: Any, sitting: Sitting) -> None:
    """Fill the fields that an exam's form and a sitting's share."""
    form.opens_at.data, form.closes_at.data = _local(sitting.opens_at), _local(sitting.closes_at)
    form.places.data = sitting.places
    form.register_until.data = _local(sitting.register_until) if sitting.register_until else None


def read_times(form: Any) -> dict[str, Any]:
    """What was filled in of these."""
    return {"opens_at": as_moment(form.opens_at.data), "closes_at": as_moment(form.closes_at.data),
            "places": form.places.data,
            "register_until": as_moment(form.register_until.data) if form.register_until.data else None}


def _chosen(value: str | None) -> UUID | None:
    return UUID(value) if value else None


def _local(moment: datetime) -> datetime:
    return moment.astimezone(ZONE).replace(tzinfo=None)


def as_moment(local: datetime | None) -> datetime:
    """A time on the Vietnamese clock, which its field requires."""
    assert local is not None
    return local.replace(tzinfo=ZONE)


class IntegrityForm(Form):
    """What an exam asks of the browsers in which it is sat."""

    seb = BooleanField(_l("Only in Safe Exam Browser"))
    quit_password = StringField(_l("Password to leave Safe Exam Browser"), validators=[Optional(), Length(max=100)])
    exam_keys = TextAreaField(_l("Browser Exam Keys, one a line"), validators=[Optional(), Length(max=5000)])
    addresses = TextAreaField(_l("Networks, one a line"), validators=[Optional(), Length(max=5000)])
    watermark = BooleanField(_l("Candidate number as a watermark behind the test"))

    def show(self, rules: Rules) -> None:
        """Fill the form from what is stored; a password is never shown again."""
        self.seb.data, self.watermark.data = rules.seb, rules.watermark
        self.exam_keys.data, self.addresses.data = "\n".join(rules.exam_keys), "\n".join(rules.addresses)

    def rules(self, before: Rules) -> Rules:
        """What was filled in; the password stays where none was typed."""
        typed = hash_password(self.quit_password.data or "")
        return Rules(seb=bool(self.seb.data), watermark=bool(self.watermark.data), quit_hash=typed or before.quit_hash,
                     exam_keys=split_list(self.exam_keys.data or ""), addresses=split_list(self.addresses.data or ""))
