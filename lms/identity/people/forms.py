"""Forms of the administration of people."""

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from lms.core.forms import Form
from lms.core.i18n import _l
from lms.core.permissions import ROLES

ROLE_NAMES = {"student": _l("Student"), "teacher": _l("Teacher"), "librarian": _l("Librarian"),
              "administrator": _l("Administrator")}


class PlaceForm(Form):
    """A role in an organisation."""

    organisation = StringField(_l("Organisation"), [Length(max=60)],
                               description=_l("The code of an organisation that you administer."))
    role = SelectField(_l("Role"), choices=[(role, ROLE_NAMES[role]) for role in ROLES])


class NewPersonForm(PlaceForm):
    """Somebody who is not known yet, and where he belongs."""

    name = StringField(_l("Full name"), [InputRequired(), Length(max=200)])
    email = StringField(_l("E-mail"), [Length(max=200)], description=_l("May be empty."))


class KnownPersonForm(Form):
    """Somebody who was found, and where he is to belong."""

    person_id = HiddenField()
    organisation = HiddenField()
    role = HiddenField()


class NameForm(Form):
    """Name and address."""

    name = StringField(_l("Full name"), [InputRequired(), Length(max=200)])
    email = StringField(_l("E-mail"), [Length(max=200)])


class MembersFileForm(Form):
    """A CSV file."""

    file = FileField(_l("CSV file"), [FileRequired()])
