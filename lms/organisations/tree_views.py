"""Pages to look at: the tree, one organisation, its members, its history."""

from datetime import date
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.i18n import _
from lms.core.permissions import ROLES, Actor, may
from lms.core.web import current_actor, flash_success, page_number
from lms.organisations import services
from lms.organisations.blueprint import blueprint
from lms.organisations.models import KINDS


@blueprint.get("")
def index() -> str:
    """The tree, unfolded along the way to `?at=`; or what `?q=` finds."""
    actor, text, kind = current_actor(), request.args.get("q", "").strip()[:200], request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    found = services.search_organisations(actor, text, kind=kind, page=page_number()) if text or kind else None
    at = _id(request.args.get("at")) if "at" in request.args else _home(actor)
    tree = services.get_tree(actor, at) if found is None else []
    return render_template("lms/organisations/index.html", tree=tree, found=found, q=text, kind=kind, at=at)


@blueprint.get("/<uuid:organisation_id>")
def show(organisation_id: UUID) -> str:
    """One organisation: what it is, who is in it, what stands below it."""
    actor = current_actor()
    organisation = services.get_organisation(actor, organisation_id)
    closed = request.args.get("closed") == "1"
    children = services.list_children(actor, organisation_id, closed=closed, page=page_number())
    counts = services.count_members(actor, organisation_id) if may(
        actor, "organisation:list_members", organisation) else None
    return render_template("lms/organisations/show.html", organisation=organisation, children=children, counts=counts,
                           closed=closed, former=services.list_former_codes(actor, organisation_id),
                           **_frame(organisation_id))


@blueprint.get("/<uuid:organisation_id>/members")
def members(organisation_id: UUID) -> str:
    """Who belongs to it, or did."""
    actor, role = current_actor(), request.args.get("role", "")
    role, text, ended = role if role in ROLES else "", request.args.get("q", "")[:200], request.args.get("ended") == "1"
    found = services.list_members(actor, organisation_id, role=role, ended=ended, text=text, page=page_number())
    return render_template("lms/organisations/members.html", page=found, role=role, ended=ended, q=text,
                           organisation=services.get_organisation(actor, organisation_id), **_frame(organisation_id))


@blueprint.get("/<uuid:organisation_id>/history")
def history(organisation_id: UUID) -> str:
    """What happened to it, and what it was called on a day."""
    actor, day = current_actor(), _day(request.args.get("on", ""))
    return render_template(
        "lms/organisations/history.html", organisation=services.get_organisation(actor, organisation_id),
        events=services.list_history(actor, organisation_id), on=day,
        then=services.get_organisation_as_of(actor, organisation_id, day) if day else None, **_frame(organisation_id))


@blueprint.post("/<uuid:organisation_id>/members/end")
def end_member(organisation_id: UUID) -> ResponseReturnValue:
    """End one membership."""
    person_id = _id(request.form.get("person_id"))
    if person_id is not None:
        services.end_membership(current_actor(), organisation_id, person_id=person_id,
                                role=request.form.get("role", ""))
        flash_success(_("The membership has ended. It stays in the history."))
    return redirect(url_for(".members", organisation_id=organisation_id))


def _frame(organisation_id: UUID) -> dict[str, object]:
    """What every page of an organisation shows: the way down to it."""
    return {"path": services.paths_of([organisation_id])[organisation_id]}


def _home(actor: Actor) -> UUID | None:
    """Where the tree opens by itself: at the place of one who has only one."""
    places = actor.staff_ids
    return next(iter(places)) if len(places) == 1 else None


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
