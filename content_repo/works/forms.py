"""Forms of works. The description form is built from the schema, so a new field appears by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_wtf.file import FileField
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from content_repo.works.licences import LICENCES
from content_repo.works.schema import ACCESS_LEVELS, Field, Kind
from lms.core.forms import Form
from lms.core.i18n import _, _l
from lms.curriculum import services as curriculum

LINES = {"people": 3, "long_text": 6}


class DescriptionForm(Form):
    """What every kind has in common: the version that the editor started from."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def description(self, kind: Kind) -> dict[str, Any]:
        """The raw values by field name, as `create_work` and `edit_work` take them."""
        return {field.name: self[field.name].data for field in kind.fields}


def description_form(
    kind: Kind, values: Mapping[str, Any] | None = None, version: int = 0
) -> DescriptionForm:
    """The form of this kind, filled with `values` of `WorkRecord.values`; the request's data wins."""
    fields = {field.name: _form_field(field) for field in kind.fields}
    form_class = type("KindForm", (DescriptionForm,), fields)
    shown = {field.name: _shown(field, (values or {}).get(field.name)) for field in kind.fields}
    form: DescriptionForm = form_class(data={**shown, "version": version})
    for field in kind.fields:
        if field.required:
            form[field.name].flags.required = True
    if "outcomes" in form:
        form["outcomes"].choices = outcome_choices(form["subject"].data, form["grade"].data)
    return form


def outcome_choices(subject_id: Any, grade: Any) -> list[tuple[str, str]]:
    """The outcomes of one subject and grade as (id, "code text"); none before a subject is chosen."""
    try:
        subject = UUID(str(subject_id))
    except ValueError:
        return []
    year = next((each for each in curriculum.GRADES if str(each) == str(grade)), None)
    return [(str(each.id), f"{each.code} {each.text}") for each in curriculum.list_outcomes(subject, year)]


def _form_field(field: Field) -> Any:
    """The form field of one schema field. `describe.py` decides what is kept: nothing is validated twice."""
    choices = _choices(field)
    if field.type == "outcomes":
        return SelectMultipleField(
            field.label,
            choices=[],
            validate_choice=False,
            widget=ListWidget(prefix_label=False),
            option_widget=CheckboxInput(),
        )
    if choices is not None:
        return SelectField(field.label, choices=choices, validate_choice=False)
    attributes = {"lang": field.lang} if field.lang else {}
    if field.type in LINES:
        return TextAreaField(field.label, render_kw={"rows": LINES[field.type], **attributes})
    if field.type == "year":
        attributes = {"inputmode": "numeric", "maxlength": "4"}
    return StringField(field.label, render_kw=attributes)


def _choices(field: Field) -> list[tuple[str, Any]] | None:
    """What a select offers, with an empty first line; None for a field that is typed."""
    nothing = ("", _("Choose…"))
    if field.type == "choice":
        return [nothing, *field.choices]
    if field.type == "language":
        return list(field.choices)
    if field.type == "licence":
        return [nothing, *((licence.code, licence.label) for licence in LICENCES)]
    if field.type == "subject":
        return [nothing, *((str(subject.id), subject.name) for subject in curriculum.list_subjects())]
    if field.type == "grade":
        return [nothing, *((str(grade), _("Grade %(grade)s", grade=grade)) for grade in curriculum.GRADES)]
    return None


def _shown(field: Field, value: Any) -> Any:
    """A kept value as the form shows it: lists as lines or with semicolons, numbers as text."""
    if field.type == "people":
        return "\n".join(value or [])
    if field.type == "keywords":
        return "; ".join(value or [])
    if field.type == "outcomes":
        return value or []
    return "" if value is None else str(value)


class RightsForm(Form):
    """Who may open a file, and from when."""

    access = SelectField(_l("Who may open it"), choices=ACCESS_LEVELS, default="open")
    embargo_date = DateField(_l("Embargo until"), validators=[Optional()])


class FileForm(RightsForm):
    """A file sent with the form itself, or already uploaded in pieces and named by `upload`."""

    file = FileField(_l("File"))
    upload = HiddenField()


class StepForm(Form):
    """A step in the life of a work, with its reason where one is needed."""

    step = HiddenField()
    reason = TextAreaField(_l("Reason"), render_kw={"rows": 3})
