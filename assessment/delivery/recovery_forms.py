"""The form that takes a file of answers back."""

from flask_wtf.file import FileField, FileRequired

from lms.core.forms import Form
from lms.core.i18n import _l


class RecoveryForm(Form):
    """A file that the page of a candidate has made."""

    file = FileField(_l("File of answers"), [FileRequired(_l("Choose a file."))])
