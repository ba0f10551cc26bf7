"""The form of the rules of a test's parts."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, FieldList, FormField, IntegerField
from wtforms import Form as PlainForm
from wtforms.validators import NumberRange, Optional

from assessment.delivery.services.part_rules import PartRule, PlannedPart
from lms.core.errors import Invalid
from lms.core.forms import Form
from lms.core.i18n import _l


class PartForm(PlainForm):
    """The rule of one part."""

    minutes = IntegerField(_l("Minutes"), validators=[Optional(), NumberRange(1, 600)])
    one_way = BooleanField(_l("No way back once the candidate has gone on"))


class PartsForm(Form):
    """A rule for each part, in the order of the paper."""

    parts = FieldList(FormField(PartForm))

    def __init__(self, planned: Sequence[PlannedPart], **kwargs: Any) -> None:
        super().__init__(data={"parts": [vars(part.rule) for part in planned]}, **kwargs)
        self._count = len(planned)
        for _missing in range(len(self.parts), self._count):
            self.parts.append_entry(vars(PartRule()))

    def rules(self) -> list[PartRule]:
        """What was filled in, a rule for each part of the paper."""
        return [PartRule(part.minutes.data, part.one_way.data) for part in self.parts][:self._count]

    def add_problems(self, error: Invalid) -> None:
        """Put what a service refused beside the minutes of its part; the rest above the form."""
        fields = {part.minutes.name: part.minutes for part in self.parts}
        for problem in error.problems:
            field = fields.get(problem.where)
            if field is None:
                self.form_errors.append(problem.message)
            else:
                field.errors = [*field.errors, problem.message]
