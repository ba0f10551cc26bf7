"""The form of a form of the paper that is withdrawn."""

from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from assessment.delivery.forms import as_uuid
from assessment.delivery.reasons import WITHDRAWALS
from assessment.delivery.services.withdrawal import LONGEST_REASON, Draft, FormUse
from lms.core.forms import Form
from lms.core.i18n import _, _l


def reach_names() -> dict[str, str]:
    """Whom a withdrawal concerns, in the reader's language."""
    return {"ready": _("Only who has not begun: they get another form"),
            "running": _("Who works on it as well: they begin anew on another form"),
            "all": _("Who has handed it in as well: they sit another form")}


class WithdrawForm(Form):
    """Which form, for whom, why."""

    form_id = SelectField(_l("Form"), coerce=as_uuid)
    reach = SelectField(_l("Whom it concerns"), choices=[])
    code = SelectField(_l("Why"), choices=[])
    reason = StringField(_l("More precisely"), validators=[DataRequired(), Length(max=LONGEST_REASON)])

    def __init__(self, forms: list[FormUse], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form_id.choices = [(each.id, each.code) for each in forms if each.withdrawal is None]
        self.reach.choices = list(reach_names().items())
        self.code.choices = [(code, str(name)) for code, name in WITHDRAWALS.items()]

    def draft(self) -> Draft:
        """What was filled in."""
        return Draft(self.form_id.data, self.reach.data, self.code.data, self.reason.data or "")
