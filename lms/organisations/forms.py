"""Forms of the organisations. Another organisation is named by its code, present or former."""

from typing import Any
from uuid import UUID

from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from lms.core.errors import Invalid, Problem
from lms.core.forms import Form
from lms.core.i18n import _, _l
from lms.organisations import services
from lms.organisations.models import KINDS
from lms.organisations.names import KIND_NAMES

ABOVE = _l("The code of the organisation above; begin to type, or copy it from that organisation's page.")


class ReasonForm(Form):
    """Why, and since when."""

    reason = StringField(_l("Reason"), [Length(max=500)],
                         description=_l("For example the number of the decision. It stays in the history."))
    effective_on = DateField(_l("In effect since"), [Optional()], description=_l("Left empty: today."))


class NewForm(ReasonForm):
    """A new organisation."""

    kind = SelectField(_l("Kind of organisation"), choices=[(kind, KIND_NAMES[kind]) for kind in KINDS])
    parent_id = StringField(_l("Stands under"), [Length(max=60)], description=ABOVE)
    name = StringField(_l("Name of the organisation"), [InputRequired(), Length(max=200)])
    code = StringField(_l("Code"), [InputRequired(), Length(max=60)],
                       description=_l("As registers and the sign-in service call it. One code leads to one place."))
    school_year = StringField(_l("School year"), [Length(max=9)],
                              description=_l("For classes only, like 2026-2027. Left empty: this school year."))


class RenameForm(ReasonForm):
    """Another name or code."""

    name = StringField(_l("Name of the organisation"), [InputRequired(), Length(max=200)])
    code = StringField(_l("Code"), [InputRequired(), Length(max=60)],
                       description=_l("The old code still leads here, in imports and at sign-in."))


class MoveForm(ReasonForm):
    """Another place in the tree."""

    parent_id = StringField(_l("Move it under"), [InputRequired(), Length(max=60)], description=ABOVE)


class MergeForm(ReasonForm):
    """Into which; the second step types the code of what goes up."""

    into_id = StringField(_l("Merge it into"), [InputRequired(), Length(max=60)],
                          description=_l("The code of an organisation of the same kind."))
    confirm = StringField(_l("Type the code to confirm"), [Length(max=60)])


class CloseForm(ReasonForm):
    """Close it."""


class ImportForm(Form):
    """A CSV file."""

    file = FileField(_l("CSV file"), [FileRequired()])


class NamesForm(Form):
    """The classes of next year; their names are fields of the page's own."""

    from_year = HiddenField()
    new = TextAreaField(_l("New classes"), [Length(max=4000)],
                        description=_l("One name on each line, like 10A1. Empty: no new classes."))


def organisation_of(code: str | None, field: str) -> UUID:
    """The organisation that a typed code leads to; raises Invalid beside the field."""
    found = services.find_organisation_by_code((code or "").strip())
    if found is None:
        message = _("No organisation has the code “%(code)s”.", code=code)
        raise Invalid(message, [Problem(field, message)])
    return found.id


def reason_of(form: ReasonForm) -> dict[str, Any]:
    """Why and since when, as the services take it."""
    return {"reason": form.reason.data or "", "effective_on": form.effective_on.data}
