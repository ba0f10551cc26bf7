"""What lies on the desk of a candidate beside the paper: the tools that an exam allows."""

from collections.abc import Collection
from uuid import UUID

from assessment.delivery.models import Exam
from assessment.delivery.services.exams import load_draft
from lms.core import audit
from lms.core.errors import Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize

TOOLS = ("calculator", "scratch_pad")
"""What an exam may allow. Sizes, colours, the line reader and the like are everybody's in any exam."""


def set_tools(actor: Actor, exam_id: UUID, tools: Collection[str]) -> Exam:
    """Say which tools an exam in draft allows; raises Invalid for an unknown one, Conflict where it is published."""
    exam = load_draft(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    if unknown := set(tools).difference(TOOLS):
        problems = [Problem("tools", _("“%(tool)s” is no tool of the player.", tool=each[:60])) for each in unknown]
        raise Invalid(_("Please check the tools."), problems=problems)
    exam.tools = [each for each in TOOLS if each in tools]
    audit.record(actor, "exam:edit", ("exam", exam.id), tools=" ".join(exam.tools))
    return exam
