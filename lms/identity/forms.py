"""Forms of the account page."""

from wtforms import RadioField
from wtforms.validators import InputRequired

from lms.core.forms import Form
from lms.core.i18n import LOCALES, _l


class LanguageForm(Form):
    """The language that a person reads."""

    language = RadioField(_l("Language"), [InputRequired()], choices=list(LOCALES.items()))
