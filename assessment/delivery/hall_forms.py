"""Forms of rooms, seats and what candidates are granted."""

from uuid import UUID

from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from assessment.delivery.models import Accommodation, Room
from assessment.delivery.networks import split_list
from assessment.delivery.services.accommodations import MOST_MINUTES, AccommodationDraft
from assessment.delivery.services.rooms import MOST_SEATS, RoomDraft
from lms.core.forms import Form
from lms.core.i18n import _, _l


class RoomForm(Form):
    """A room of a sitting."""

    name = StringField(_l("Room"), validators=[DataRequired(), Length(max=60)])
    seats = IntegerField(_l("Seats"), default=24, validators=[InputRequired(), NumberRange(1, MOST_SEATS)])
    place = StringField(_l("Where it is"), validators=[Optional(), Length(max=200)])
    start_code = StringField(_l("Start code"), validators=[Optional(), Length(max=20)])
    addresses = TextAreaField(_l("Networks of the room, one a line"), validators=[Optional(), Length(max=2000)])

    def show(self, room: Room) -> None:
        """Fill the form from a stored room."""
        for name in ("name", "seats", "place", "start_code"):
            self[name].data = getattr(room, name)
        self.addresses.data = "\n".join(room.addresses)

    def draft(self) -> RoomDraft:
        """What was filled in."""
        return RoomDraft(str(self.name.data), int(self.seats.data or 0), self.place.data or "",
                         split_list(self.addresses.data or ""), self.start_code.data or "")


class SeatForm(Form):
    """One seat for one candidate."""

    room_id = SelectField(_l("Room"), choices=[])
    seat = IntegerField(_l("Seat"), validators=[InputRequired(), NumberRange(1, MOST_SEATS)])

    def __init__(self, rooms: list[Room], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.room_id.choices = [(str(room.id), room.name) for room in rooms]

    def chosen(self) -> UUID:
        """The room."""
        return UUID(str(self.room_id.data))


class AccommodationForm(Form):
    """What a candidate is granted."""

    extra_minutes = IntegerField(_l("Minutes more"), default=0,
                                 validators=[InputRequired(), NumberRange(0, MOST_MINUTES)])
    break_minutes = IntegerField(_l("Minutes of breaks in which the clock stands"), default=0,
                                 validators=[InputRequired(), NumberRange(0, MOST_MINUTES)])
    large_print = BooleanField(_l("Large print"))
    reader = BooleanField(_l("Somebody who reads aloud"))
    separate_room = BooleanField(_l("A separate room"))
    reason = TextAreaField(_l("Why, for those who make the exam"), validators=[Optional(), Length(max=500)])

    def show(self, granted: Accommodation | None) -> None:
        """Fill the form from what is granted already."""
        for name in vars(AccommodationDraft()) if granted else ():
            self[name].data = getattr(granted, name)

    def draft(self) -> AccommodationDraft:
        """What was filled in."""
        return AccommodationDraft(
            int(self.extra_minutes.data or 0), int(self.break_minutes.data or 0), bool(self.large_print.data),
            bool(self.reader.data), bool(self.separate_room.data), (self.reason.data or "").strip())


def order_names() -> dict[str, str]:
    """In which order seats are dealt out, in the reader's language."""
    return {"number": _("By candidate number"), "name": _("By name"),
            "mixed": _("Classes mixed, so that neighbours differ")}


def start_names() -> dict[str, str]:
    """Who lets candidates begin, in the reader's language."""
    return {"clock": _("The clock: when the window opens"), "invigilator": _("The invigilator of each room")}
