"""The home page."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template

from lms.core.permissions import Actor
from lms.core.web import current_actor
from lms.home import services

blueprint = Blueprint("home", __name__, template_folder="templates", static_folder="static",
                      static_url_path="/static/home")

DESKS: tuple[tuple[str, Callable[[Actor], Any]], ...] = (
    ("student", services.student_desk),
    ("teacher", services.teacher_desk),
    ("librarian", services.librarian_desk),
    ("administrator", services.administrator_desk),
)


@blueprint.get("/")
def index() -> str:
    """Who you are decides what you see first; somebody with several roles sees a desk for each."""
    actor = current_actor()
    desks = [(role, desk(actor)) for role, desk in DESKS if role in actor.roles]
    if desks:
        return render_template("lms/home/desks.html", desks=desks)
    return render_template("lms/home/visitor.html", desk=services.visitor_desk(actor))
