"""Which of an exam's sittings a page is about: `?sitting=` in its address, the first where nothing is said."""

from uuid import UUID

from flask import request, url_for

from assessment.delivery import services
from assessment.delivery.models import Sitting
from lms.core.errors import NotFound
from lms.core.i18n import _


def asked_sitting(exam_id: UUID) -> Sitting:
    """The sitting that the address names; raises NotFound for one that the exam does not have."""
    given = request.args.get("sitting")
    try:
        return services.get_sitting(exam_id, UUID(given) if given else None)
    except ValueError:
        raise NotFound(_("There is no such sitting of this exam.")) from None


def same_sitting(endpoint: str, exam_id: UUID) -> str:
    """The address of another page of the exam, about the same sitting."""
    return url_for(endpoint, exam_id=exam_id, sitting=request.args.get("sitting"))
