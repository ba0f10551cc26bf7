"""The form that takes a list of candidates."""

from flask_wtf.file import FileField
from wtforms import TextAreaField
from wtforms.validators import Length, Optional

from assessment.delivery.services.lists import MOST_BYTES, as_csv
from lms.core.errors import Invalid
from lms.core.forms import Form
from lms.core.i18n import _, _l


class ListForm(Form):
    """A CSV or XLSX file, or its lines as text.

    What was looked at is what is imported, though the file be changed since.
    """

    file = FileField(_l("CSV or XLSX file"))
    text = TextAreaField(_l("Or its lines"), validators=[Optional(), Length(max=MOST_BYTES)])

    def content(self) -> bytes:
        """The lines; a chosen file goes before the text. Raises Invalid where there is neither."""
        if self.file.data:
            given: bytes = as_csv(self.file.data.read(MOST_BYTES + 1))
            self.file.data.seek(0)
        else:
            given = (self.text.data or "").replace("\r\n", "\n").encode()
        if not given.strip():
            raise Invalid(_("Choose a file."))
        return given

    def keep(self) -> str:
        """The lines as text, for the page that asks whether to import them."""
        return self.content().decode("utf-8-sig")
