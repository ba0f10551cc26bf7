"""The form of the page of reasons."""

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import Length, Optional

from lms.access.areas import AREAS, area_of
from lms.access.services import Found
from lms.core.forms import Form
from lms.core.i18n import _l
from lms.core.permissions import rules


class WhyForm(Form):
    """Whom, what and on which thing. Sent by POST: a name does not belong in an address."""

    name = StringField(_l("Name of the person"), validators=[Optional(), Length(max=200)])
    person = RadioField(_l("Who is meant"), choices=[], validators=[Optional()], validate_choice=False)
    permission = SelectField(_l("Permission"), choices=[], validate_choice=False)
    thing = StringField(_l("Thing"), validators=[Optional(), Length(max=500)])

    def offer(self, people: list[Found]) -> None:
        """Fill the lists: these people, and every permission under its heading."""
        self.person.choices = [(str(each.id), " · ".join([each.name, *each.places])) for each in people]
        groups: dict[str, list[tuple[str, str]]] = {}
        for each in rules().values():
            groups.setdefault(area_of(each.permission), []).append(
                (each.permission, f"{each.label} ({each.permission})"))
        self.permission.choices = {str(label): groups[name] for name, label, _kinds in AREAS if name in groups}
