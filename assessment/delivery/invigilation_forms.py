"""Forms of the invigilator's pages. Each is one act, short enough to be filled in while forty people work."""

from datetime import datetime
from typing import Any
from uuid import UUID

from wtforms import DateTimeLocalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from assessment.delivery.forms import FORMATS, as_moment, as_uuid
from assessment.delivery.models import Room
from assessment.delivery.reasons import INCIDENTS, OUTAGES, TIME_REASONS
from assessment.delivery.services.control import LONGEST_REASON, MOST_MINUTES
from assessment.delivery.services.incidents import LONGEST_NOTE
from assessment.delivery.services.messages import LONGEST_MESSAGE
from lms.core.forms import Form
from lms.core.i18n import _, _l


def _choices(table: dict[str, Any]) -> list[tuple[str, str]]:
    return [(code, str(label)) for code, label in table.items()]


class StepForm(Form):
    """A step of the room, or the end of one attempt."""

    reason = StringField(_l("Reason"), validators=[Optional(), Length(max=LONGEST_REASON)])


class TimeForm(Form):
    """More minutes."""

    minutes = IntegerField(_l("Minutes more"), default=5, validators=[InputRequired(), NumberRange(1, MOST_MINUTES)])
    code = SelectField(_l("Why"), choices=[])
    reason = StringField(_l("Note"), validators=[Optional(), Length(max=LONGEST_REASON)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="time", **kwargs)
        self.code.choices = _choices(TIME_REASONS)


class MessageForm(Form):
    """A message."""

    text = TextAreaField(_l("Message"), validators=[DataRequired(), Length(max=LONGEST_MESSAGE)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="message", **kwargs)


class IncidentForm(Form):
    """An incident; whom it is about is chosen, unless it is the page of one candidate."""

    code = SelectField(_l("What happened"), choices=[])
    candidate_id = SelectField(_l("Candidate"), choices=[])
    note = TextAreaField(_l("Note"), validators=[Optional(), Length(max=LONGEST_NOTE)])

    def __init__(self, candidates: list[tuple[UUID, str]] | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="incident", **kwargs)
        self.code.choices = _choices(INCIDENTS)
        if candidates is None:
            del self.candidate_id
            return
        self.candidate_id.choices = [("", _("The whole room")), *((str(each), name) for each, name in candidates)]

    @property
    def chosen(self) -> UUID | None:
        """The candidate, None for the room."""
        field = self._fields.get("candidate_id")
        return UUID(field.data) if field and field.data else None


class OutageForm(Form):
    """A time in which the room was cut off."""

    began_at = DateTimeLocalField(_l("Cut off from"), format=FORMATS, validators=[InputRequired()])
    ended_at = DateTimeLocalField(_l("Back at"), format=FORMATS, validators=[InputRequired()])
    code = SelectField(_l("Why"), choices=[])
    reason = StringField(_l("Note"), validators=[Optional(), Length(max=LONGEST_REASON)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="outage", **kwargs)
        self.code.choices = _choices(OUTAGES)

    def times(self) -> dict[str, datetime]:
        """From when to when, as moments."""
        return {"began_at": as_moment(self.began_at.data), "ended_at": as_moment(self.ended_at.data)}


class SeatForm(Form):
    """Another seat."""

    room_id = SelectField(_l("Room"), coerce=as_uuid)
    seat = IntegerField(_l("Seat"), validators=[InputRequired(), NumberRange(1, 1000)])

    def __init__(self, rooms: list[Room], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="seat", **kwargs)
        self.room_id.choices = [(room.id, room.name) for room in rooms]
