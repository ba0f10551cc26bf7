"""The form of what may still be changed of a published exam."""

from typing import Any
from uuid import UUID

from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from assessment.delivery.reasons import TIME_REASONS
from assessment.delivery.services.emergencies import LONGEST_REASON, MOST_MINUTES, Change
from lms.core.forms import Form
from lms.core.i18n import _, _l


def change_names() -> dict[str, str]:
    """What may be changed, in the reader's language."""
    return {"window": _("The exam closes later"), "time": _("The time limit is longer")}


class ChangeForm(Form):
    """More time for everybody."""

    kind = SelectField(_l("What changes"), choices=[])
    minutes = IntegerField(_l("Minutes more"), default=10, validators=[InputRequired(), NumberRange(1, MOST_MINUTES)])
    code = SelectField(_l("Why"), choices=[])
    reason = StringField(_l("Reason"), validators=[DataRequired(), Length(max=LONGEST_REASON)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = list(change_names().items())
        self.code.choices = [(code, str(name)) for code, name in TIME_REASONS.items()]

    def change(self, sitting_id: UUID) -> Change:
        """What was filled in, on the page of this sitting."""
        return Change(self.kind.data, self.minutes.data or 0, self.code.data, self.reason.data or "", sitting_id)
