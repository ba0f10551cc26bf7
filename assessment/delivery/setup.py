"""What delivery adds to the application."""

from flask import Flask

from assessment.delivery import services
from assessment.delivery.save_door import SaveDoor
from lms.core.config import Settings
from lms.core.i18n import _l
from lms.core.permissions import Kind, know_kind


def init_app(app: Flask) -> None:
    """Put the door for saves in front of everything else; exams are things of `exam:*` and of their results."""
    given: Settings = app.extensions["lms.settings"]
    app.wsgi_app = SaveDoor(app.wsgi_app, given)  # type: ignore[method-assign]
    know_kind(Kind("exam", _l("Exam"), "exam_id", ("exam:*", "analysis:*", "result:list"), "exam:read",
                   services.find_exam, lambda exam: str(exam.title)))
