"""The forms around passwords, second factors and passkeys."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Optional

from lms.core.forms import Form
from lms.core.i18n import _l


class CodeForm(Form):
    """A code of the app, or a recovery code."""

    code = StringField(_l("Code"), [InputRequired(), Length(max=40)])


class AuthenticatorForm(Form):
    """The first code of a new app; `begun` carries its secret, sealed."""

    begun = HiddenField(validators=[InputRequired(), Length(max=2000)])
    code = StringField(_l("Code that the app shows"), [InputRequired(), Length(max=20)])


class PasskeyForm(Form):
    """The browser's answer about a passkey; a script fills it in."""

    ceremony = HiddenField(validators=[InputRequired(), Length(max=60)])
    credential = HiddenField(validators=[InputRequired(), Length(max=20_000)])
    name = StringField(_l("Name of this passkey"), [Optional(), Length(max=60)])


class NameForm(Form):
    """Another name for a passkey."""

    name = StringField(_l("Name of this passkey"), [InputRequired(), Length(max=60)])


class ForgottenForm(Form):
    """Who has forgotten the password."""

    identifier = StringField(_l("User name or e-mail"), [InputRequired(), Length(max=200)])


class NewPasswordForm(Form):
    """A new password, twice."""

    password = PasswordField(_l("New password"), [InputRequired(), Length(max=1000)])
    again = PasswordField(_l("New password once more"), [InputRequired(), EqualTo(
        "password", message=_l("The two are not the same. Type the new password again."))])


class ChangePasswordForm(NewPasswordForm):
    """The present password first."""

    present = PasswordField(_l("Present password"), [InputRequired(), Length(max=1000)])


class ConfirmForm(Form):
    """Who is signed in proves it again; the code where he has an app."""

    password = PasswordField(_l("Password"), [InputRequired(), Length(max=1000)])
    code = StringField(_l("Code"), [Optional(), Length(max=40)])
