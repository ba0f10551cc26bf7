"""The base of every form: CSRF, and messages in the reader's language."""

from flask_wtf import FlaskForm
from wtforms import Field

from lms.core.errors import Invalid, Problem


class Form(FlaskForm):
    """A form of the platform."""

    def problems(self) -> list[Problem]:
        """Every error with the label of its field."""
        return [Problem(_label(self[name]), str(message))
                for name, messages in self.errors.items() if name is not None for message in messages]

    def add_problems(self, error: Invalid) -> None:
        """Put what a service refused beside the fields that it names; the rest above the form."""
        rest = [error.message] if not error.problems else []
        for problem in error.problems:
            field = self._fields.get(problem.where)
            if field is None:
                rest.append(f"{problem.where}: {problem.message}" if problem.where else problem.message)
            else:
                field.errors = [*field.errors, problem.message]
        self.form_errors.extend(rest)


def _label(field: Field) -> str:
    return str(field.label.text)
