"""The forms of the provider."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from lms.core.forms import Form
from lms.core.i18n import _l


class LoginForm(Form):
    """User name and password; the names are those of every provider's form."""

    username = StringField(_l("User name"), [InputRequired(), Length(max=200)])
    password = PasswordField(_l("Password"), [InputRequired(), Length(max=1000)])


class ConsentForm(Form):
    """Yes or no to an application; the ticket is proof of having been asked."""

    ticket = HiddenField(validators=[InputRequired(), Length(max=2000)])
    decision = HiddenField(validators=[InputRequired()])
