"""The upload form of a question file."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField
from wtforms.validators import InputRequired

from assessment.bank import names
from assessment.bank import services as bank
from assessment.bank.forms import as_id
from assessment.interchange.services import ImportPlace
from lms.core.forms import Form
from lms.core.i18n import _, _l
from lms.core.web import current_actor
from lms.curriculum import services as curriculum


class UploadForm(Form):
    """A file, and where its questions go."""

    file = FileField(_l("Question file"), validators=[FileRequired(_l("Choose a file."))])
    subject_id = SelectField(_l("Subject"), validators=[InputRequired(_l("Choose a subject."))])
    use_categories = BooleanField(_l("Make topics of the categories in the file"), default=True)
    grade = SelectField(_l("Grade"))
    level = SelectField(_l("Level"), choices=list(names.LEVEL_NAMES.items()))
    language = SelectField(_l("Language"), choices=list(names.LANGUAGE_NAMES.items()))
    bank_id = SelectField(_l("Bank"), default="")
    state = SelectField(_l("State after the import"), choices=[
        ("ready", names.STATE_NAMES["ready"]), ("draft", names.STATE_NAMES["draft"])])

    def offer_choices(self) -> None:
        """Fill the lists that come from the curriculum."""
        subjects = curriculum.list_subjects()
        self.subject_id.choices = [("", _("Choose…")), *((str(each.id), each.name) for each in subjects)]
        self.grade.choices = [("", _("Not said")), *((str(each), str(each)) for each in curriculum.GRADES)]

        banks = bank.list_banks_to_write(current_actor())
        self.bank_id.choices = [("", _("My own desk")), *((str(each.id), each.name) for each in banks)]

    def place(self) -> ImportPlace:
        """Where the questions go. Call after validation."""
        subject_id = as_id(self.subject_id.data)
        assert subject_id is not None
        return ImportPlace(subject_id, self.level.data, int(self.grade.data) if self.grade.data else None,
                           self.language.data, self.state.data, self.use_categories.data, as_id(self.bank_id.data))
