"""Forms about the desk of candidates."""

from typing import Any

from wtforms import SelectMultipleField

from assessment.delivery.services.desk import TOOLS
from lms.core.forms import Form
from lms.core.i18n import _, _l


def tool_names() -> dict[str, str]:
    """Tools that an exam may allow, in the reader's language."""
    return {"calculator": _("Calculator"), "scratch_pad": _("Scratch paper")}


class ToolsForm(Form):
    """Which tools an exam allows."""

    tools = SelectMultipleField(_l("Tools that candidates may use"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tools.choices = [(code, tool_names()[code]) for code in TOOLS]
