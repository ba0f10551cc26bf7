"""Pages: the table of permissions, and why somebody may or may not."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lms.access import services
from lms.access.addresses import read_thing
from lms.access.areas import GRANTEES
from lms.access.forms import WhyForm
from lms.core.errors import Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.permissions import authorize
from lms.core.web import current_actor

blueprint = Blueprint("access", __name__, url_prefix="/permissions", template_folder="templates",
                      static_folder="static")


@blueprint.get("")
def show_table() -> str:
    """Who may do what, and how far: all of it, or what one role has."""
    role = request.args.get("role", "")
    role = role if role in GRANTEES else ""
    areas = services.get_table(current_actor(), role=role)
    return render_template("lms/access/table.html", areas=areas, role=role, grantees=GRANTEES,
                           shown=[role] if role else list(GRANTEES))


@blueprint.route("/why", methods=["GET", "POST"])
def explain() -> ResponseReturnValue:
    """Find somebody, choose a permission and perhaps a thing, and read the reasons."""
    actor = current_actor()
    authorize(actor, "permission:ask")
    form = WhyForm(person=request.args.get("person"), permission=request.args.get("permission"))
    people = services.find_people(actor, form.name.data or "") if form.is_submitted() else []
    form.offer(people)
    answer: services.Explanation | None = None
    problems: list[Problem] = []
    if form.validate_on_submit() and form.person.data and request.form.get("act") != "search":
        answer, problems = _explain(form)
    page = render_template("lms/access/why.html", form=form, people=people, answer=answer, problems=problems,
                           grantees=GRANTEES)
    return page, 422 if problems or form.errors else 200


def _explain(form: WhyForm) -> tuple[services.Explanation | None, list[Problem]]:
    try:
        return services.explain_permission(
            current_actor(), _person_id(form.person.data), form.permission.data or "",
            read_thing(form.thing.data or "")), []
    except (Invalid, NotFound) as error:
        return None, [Problem("thing", error.message)]


def _person_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(_("There is no such person.")) from None
