"""The home page."""

from flask import Blueprint, render_template

from lms.core.web import current_actor

blueprint = Blueprint("home", __name__, template_folder="templates")


@blueprint.get("/")
def index() -> str:
    """Who you are decides what you see first."""
    return render_template("lms/home/index.html", actor=current_actor())
