"""Forms of curation."""

from typing import Any

from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from lms.core.forms import Form
from lms.core.i18n import _l


class PublishForm(Form):
    """Publish, and say into which collections."""

    collections = SelectMultipleField(
        _l("Put it into collections"),
        choices=[],
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self, collections: list[Any], chosen: list[Any]) -> None:
        """Offer these collections, with those ticked that hold the work already."""
        self.collections.choices = [(str(each.id), each.title) for each in collections]
        if not self.is_submitted():
            self.collections.data = [str(each) for each in chosen]


class ReturnForm(Form):
    """Hand a work back to its depositor."""

    reason = TextAreaField(
        _l("What should be changed"), validators=[DataRequired(), Length(max=2000)], render_kw={"rows": 4}
    )


class CollectionForm(Form):
    """A collection's titles and what it is."""

    title_vi = StringField(_l("Title in Vietnamese"), validators=[DataRequired(), Length(max=200)])
    title_en = StringField(_l("Title in English"), validators=[DataRequired(), Length(max=200)])
    description = TextAreaField(_l("Description"), validators=[Length(max=5000)], render_kw={"rows": 5})
