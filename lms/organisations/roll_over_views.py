"""The pages on which a school turns its year."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import Invalid
from lms.core.i18n import _
from lms.core.web import current_actor, flash_success
from lms.organisations import services
from lms.organisations.blueprint import blueprint
from lms.organisations.forms import NamesForm


@blueprint.get("/<uuid:organisation_id>/roll-over")
def roll_over(organisation_id: UUID) -> str:
    """What would become of each class, before anything is done."""
    return _page(organisation_id)


@blueprint.post("/<uuid:organisation_id>/roll-over/names")
def save_names(organisation_id: UUID) -> ResponseReturnValue:
    """Keep the names of next year's classes."""
    form = NamesForm()
    names = {class_id: name for class_id, name in _names() if class_id}
    try:
        services.save_names(current_actor(), organisation_id, from_year=form.from_year.data or "", names=names,
                            new=(form.new.data or "").splitlines())
    except Invalid as refused:
        return _page(organisation_id, refused, names, form.new.data), 422
    flash_success(_("The plan is saved. Nothing has been changed yet."))
    return redirect(url_for(".roll_over", organisation_id=organisation_id))


@blueprint.route("/<uuid:organisation_id>/roll-over/classes/<uuid:class_id>", methods=["GET", "POST"])
def roll_over_class(organisation_id: UUID, class_id: UUID) -> ResponseReturnValue:
    """Which pupils of a class repeat, change or leave."""
    actor = current_actor()
    plan, chosen, pupils = services.list_pupils(actor, organisation_id, class_id)
    if request.method == "POST":
        others = {pupil.id: request.form.get(f"pupil-{pupil.id}", "") for pupil in pupils}
        services.save_exceptions(actor, organisation_id, class_id, others=others)
        flash_success(_("The plan is saved. Nothing has been changed yet."))
        return redirect(url_for(".roll_over", organisation_id=organisation_id))
    return render_template("lms/organisations/roll_over_class.html", plan=plan, chosen=chosen, pupils=pupils,
                           leaves=services.LEAVES, organisation=plan.school,
                           path=services.paths_of([organisation_id])[organisation_id])


@blueprint.post("/<uuid:organisation_id>/roll-over/do")
def do_roll_over(organisation_id: UUID) -> ResponseReturnValue:
    """Turn the year."""
    try:
        services.do_roll_over(current_actor(), organisation_id, from_year=request.form.get("from_year", ""))
    except Invalid as refused:
        return _page(organisation_id, refused), 422
    flash_success(_("The school year was rolled over."))
    return redirect(url_for(".roll_over", organisation_id=organisation_id))


@blueprint.post("/<uuid:organisation_id>/roll-over/<uuid:roll_over_id>/undo")
def undo_roll_over(organisation_id: UUID, roll_over_id: UUID) -> ResponseReturnValue:
    """Take it back."""
    services.undo_roll_over(current_actor(), organisation_id, roll_over_id)
    flash_success(_("Everything is as it was before the roll-over."))
    return redirect(url_for(".roll_over", organisation_id=organisation_id))


def _page(organisation_id: UUID, refused: Invalid | None = None, names: dict[UUID, str] | None = None,
          new: str | None = None) -> str:
    plan = services.plan_roll_over(current_actor(), organisation_id)
    form = NamesForm(formdata=None, from_year=plan.from_year, new="\n".join(plan.new_names) if new is None else new)
    return render_template("lms/organisations/roll_over.html", plan=plan, form=form, refused=refused,
                           names=names or {}, organisation=plan.school,
                           path=services.paths_of([organisation_id])[organisation_id])


def _names() -> list[tuple[UUID | None, str]]:
    """The fields `name-<class id>` of the page."""
    return [(_id(field.removeprefix("name-")), value) for field, value in request.form.items()
            if field.startswith("name-")]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
