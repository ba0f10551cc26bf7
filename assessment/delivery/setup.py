"""What delivery adds to the application."""

from flask import Flask

from assessment.delivery.save_door import SaveDoor
from lms.core.config import Settings


def init_app(app: Flask) -> None:
    """Put the door for saves in front of everything else."""
    given: Settings = app.extensions["lms.settings"]
    app.wsgi_app = SaveDoor(app.wsgi_app, given)  # type: ignore[method-assign]
