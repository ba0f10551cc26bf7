"""Pages that change the tree: add, rename, move, merge, close, open again, import."""

from collections.abc import Callable
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import Invalid
from lms.core.i18n import _, _n
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success, recent_sign_in
from lms.organisations import services
from lms.organisations.blueprint import blueprint
from lms.organisations.forms import (
    CloseForm,
    ImportForm,
    MergeForm,
    MoveForm,
    NewForm,
    ReasonForm,
    RenameForm,
    organisation_of,
    reason_of,
)
from lms.organisations.models import KINDS, PARENT_KINDS


@blueprint.route("/new", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """A new organisation, under `?parent=` (a code) where it is given."""
    actor, above = current_actor(), services.find_organisation_by_code(request.args.get("parent", "").strip())
    authorize(actor, "organisation:manage", above)
    form = NewForm(parent_id=above.code if above else "")
    kinds = [kind for kind in KINDS if above is None or above.kind in PARENT_KINDS[kind]]
    form.kind.choices = [choice for choice in form.kind.choices if choice[0] in kinds]

    def save() -> None:
        parent = organisation_of(form.parent_id.data, "parent_id") if (form.parent_id.data or "").strip() else None
        made = services.add_organisation(
            actor, code=form.code.data or "", name=form.name.data or "", kind=form.kind.data, parent_id=parent,
            year=form.school_year.data or None, valid_from=form.effective_on.data, reason=form.reason.data or "")
        flash_success(_("“%(name)s” was added.", name=made.name))

    return _answer(form, save, "add.html", above.id if above else None, kinds=kinds)


@blueprint.route("/<uuid:organisation_id>/rename", methods=["GET", "POST"])
def rename(organisation_id: UUID) -> ResponseReturnValue:
    """Another name or code."""
    actor, organisation = current_actor(), _managed(organisation_id)
    form = RenameForm(name=organisation.name, code=organisation.code)

    def save() -> None:
        services.rename_organisation(actor, organisation_id, name=form.name.data or "", code=form.code.data or "",
                                     **reason_of(form))
        flash_success(_("The name was changed. The old one stays in the history."))

    return _answer(form, save, "rename.html", organisation_id)


@blueprint.route("/<uuid:organisation_id>/move", methods=["GET", "POST"])
@recent_sign_in()
def move(organisation_id: UUID) -> ResponseReturnValue:
    """Another place in the tree."""
    actor, organisation = current_actor(), _managed(organisation_id)
    form = MoveForm()

    def save() -> None:
        services.move_organisation(actor, organisation_id, parent_id=organisation_of(form.parent_id.data, "parent_id"),
                                   **reason_of(form))
        flash_success(_("“%(name)s” was moved.", name=organisation.name))

    offered = services.list_managed(actor, kinds=PARENT_KINDS[organisation.kind])
    return _answer(form, save, "move.html", organisation_id, offered=offered)


@blueprint.route("/<uuid:organisation_id>/merge", methods=["GET", "POST"])
@recent_sign_in()
def merge(organisation_id: UUID) -> ResponseReturnValue:
    """First into which and what would change, then the code, typed."""
    actor, organisation = current_actor(), _managed(organisation_id)
    form = MergeForm(formdata=request.form if request.method == "POST" else request.args)
    offered = [each for each in services.list_managed(actor, kinds=[organisation.kind]) if each.id != organisation_id]
    told: dict[str, object] = {"offered": offered, "preview": None, "into": None}

    def look_or_save() -> None:
        into = organisation_of(form.into_id.data, "into_id")
        told["into"] = services.get_organisation(actor, into)
        told["preview"] = services.preview_merge(actor, organisation_id, into)
        if request.method == "POST":
            services.merge_organisations(actor, organisation_id, into, confirm=form.confirm.data or "",
                                         **reason_of(form))
            flash_success(_("“%(name)s” was merged.", name=organisation.name))

    if request.method == "GET" and form.into_id.data:
        _try(form, look_or_save)
    return _answer(form, look_or_save, "merge.html", organisation_id, told)


@blueprint.route("/<uuid:organisation_id>/close", methods=["GET", "POST"])
@recent_sign_in()
def close(organisation_id: UUID) -> ResponseReturnValue:
    """Close it, saying why."""
    actor = current_actor()
    _managed(organisation_id)
    form = CloseForm()

    def save() -> None:
        services.close_organisation(actor, organisation_id, **reason_of(form))
        flash_success(_("The organisation is closed. It can be opened again."))

    return _answer(form, save, "close.html", organisation_id)


@blueprint.post("/<uuid:organisation_id>/reopen")
def reopen(organisation_id: UUID) -> ResponseReturnValue:
    """Open it again."""
    services.reopen_organisation(current_actor(), organisation_id)
    flash_success(_("The organisation is open again, with its members of then."))
    return redirect(url_for(".show", organisation_id=organisation_id))


@blueprint.route("/import", methods=["GET", "POST"])
def import_file() -> ResponseReturnValue:
    """Schools and classes from a file: all of it or nothing."""
    actor = current_actor()
    authorize(actor, "organisation:import")
    form, problems, status = ImportForm(), None, 200
    if form.validate_on_submit():
        try:
            done = services.import_organisations(actor, form.file.data.read())
            flash_success(_n("%(num)s organisation was added.", "%(num)s organisations were added.", done.added))
            return redirect(url_for(".index"))
        except Invalid as refused:
            problems, status = refused, 422
    return render_template("lms/organisations/import.html", form=form, problems=problems), status


def _managed(organisation_id: UUID) -> services.OrganisationRef:
    organisation = services.get_organisation(current_actor(), organisation_id)
    authorize(current_actor(), "organisation:manage", organisation)
    return organisation


def _answer(form: ReasonForm, save: Callable[[], None], template: str, organisation_id: UUID | None,
            told: dict[str, object] | None = None, **more: object) -> ResponseReturnValue:
    """Save and go back to the organisation, or show the form with what was wrong."""
    if form.validate_on_submit() and _try(form, save):
        return redirect(url_for(".show", organisation_id=organisation_id) if organisation_id else url_for(".index"))
    page: dict[str, object] = {"organisation": None, "path": []}
    if organisation_id is not None:
        page = {"organisation": services.get_organisation(current_actor(), organisation_id),
                "path": services.paths_of([organisation_id])[organisation_id]}
    status = 422 if form.errors else 200
    return render_template(f"lms/organisations/{template}", form=form, **page, **more, **(told or {})), status


def _try(form: ReasonForm, save: Callable[[], None]) -> bool:
    """Whether it was done; if not, the form says why, and a refused change is audited."""
    try:
        save()
    except services.TreeRefused as refused:
        services.record_refused_change(current_actor(), refused)
        form.add_problems(Invalid(refused.message, refused.problems))
        return False
    except Invalid as refused:
        form.add_problems(refused)
        return False
    return True
