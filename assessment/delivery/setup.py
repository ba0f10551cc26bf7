"""What delivery adds to the application."""

from flask import Flask

from assessment.delivery import services
from assessment.delivery.save_door import SaveDoor
from assessment.delivery.start_door import StartDoor
from lms.core.config import Settings
from lms.core.i18n import _l
from lms.core.permissions import Kind, know_kind
from lms.core.switches import know_feature


def init_app(app: Flask) -> None:
    """Put the doors for saves and starts before everything else; exams are things of `exam:*` and of their results."""
    given: Settings = app.extensions["lms.settings"]
    app.wsgi_app = SaveDoor(StartDoor(app, app.wsgi_app), given)  # type: ignore[method-assign]
    know_kind(Kind("exam", _l("Exam"), "exam_id", ("exam:*", "analysis:*", "result:list"), "exam:read",
                   services.find_exam, lambda exam: str(exam.title)))
    _tell_features()


def _tell_features() -> None:
    """What of an exam can be spared when the machine has more to do than it can."""
    know_feature("boards", _l("Boards that follow a room by themselves"),
                 _l("Boards of rooms are read anew once a minute instead."))
    know_feature("standings", _l("Boards of departments and the country"), _l("They are closed."))
    know_feature("room_messages", _l("Messages of invigilators"),
                 _l("Candidates' pages ask seldom, and are told of no message."))
    know_feature("evidence", _l("Evidence of what pages tell of themselves"),
                 _l("Leaving the page, pasting and the like are not kept."))
