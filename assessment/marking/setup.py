"""What marking tells the page of reasons: what a result is."""

from typing import Any
from uuid import UUID

from flask import Flask

from assessment.delivery import services as delivery
from assessment.marking.services import has_open_appeals, result_subject
from lms.core.i18n import _l
from lms.core.permissions import Kind, know_kind


def init_app(_app: Flask) -> None:
    """Results, by the attempt, are things of `result:read`; they are called as their exam. Who asked to look again is
    answered before the answers of an exam are put away.
    """
    delivery.hold_while(has_open_appeals)
    know_kind(Kind("result", _l("Result"), "attempt_id", ("result:read",), "result:read", _load, _title))


def _load(attempt_id: UUID) -> Any:
    attempt = delivery.find_attempt(attempt_id)
    return result_subject(attempt) if attempt else None


def _title(subject: Any) -> str:
    attempt = delivery.find_attempt(subject.id)
    exam = delivery.find_exam(attempt.exam_id) if attempt else None
    return str(exam.title) if exam else ""
