"""Pages: the people of one's part of the tree, one person, a new member, members from a file."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.errors import Invalid, PlatformError, Problem
from lms.core.i18n import _, _n
from lms.core.permissions import ROLES, authorize
from lms.core.web import current_actor, flash_success, page_number, recent_sign_in, require_recent_sign_in
from lms.identity import services
from lms.identity.people.forms import ROLE_NAMES, MembersFileForm, NameForm, NewPersonForm, PlaceForm
from lms.organisations import services as organisations

blueprint = Blueprint("people", __name__, url_prefix="/people", template_folder="templates")


@blueprint.context_processor
def words() -> dict[str, object]:
    """What the templates call things."""
    return {"ROLE_NAMES": ROLE_NAMES}


@blueprint.get("")
def index() -> str:
    """People, by name; `?q=` a name or address, `?role=`, `?organisation=` a code."""
    role, text = request.args.get("role", ""), request.args.get("q", "")[:200]
    role, code = role if role in ROLES else "", request.args.get("organisation", "").strip()[:60]
    place = organisations.find_organisation_by_code(code) if code else None
    page = services.list_people(current_actor(), text=text, role=role, organisation_id=place.id if place else None,
                                page=page_number())
    return render_template("lms/identity/people/index.html", page=page, q=text, role=role, organisation=code)


@blueprint.route("/new", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """Somebody into an organisation: one who is known, found by `?q=`, or somebody new."""
    actor, code = current_actor(), request.values.get("organisation", "").strip()
    place = organisations.find_organisation_by_code(code)
    authorize(actor, "person:create", place)
    text = request.args.get("q", "")[:200]
    form = NewPersonForm(organisation=code, name=text)
    if form.role.data == "administrator" and request.method == "POST":
        require_recent_sign_in()
    if form.validate_on_submit() and _add(form):
        return redirect(url_for("organisations.members", organisation_id=place.id) if place else url_for(".index"))
    return render_template("lms/identity/people/add.html", form=form, place=place, q=text, code=code,
                           found=services.find_people(actor, text)), 422 if form.errors else 200


@blueprint.get("/<uuid:person_id>")
def show(person_id: UUID) -> str:
    """One person."""
    page = services.get_person_page(current_actor(), person_id)
    return render_template("lms/identity/people/show.html", page=page, form=PlaceForm(formdata=None),
                           name_form=NameForm(formdata=None, obj=page.person))


@blueprint.post("/<uuid:person_id>/name")
def rename(person_id: UUID) -> ResponseReturnValue:
    """Another name or address."""
    services.rename_person(current_actor(), person_id, name=request.form.get("name", ""),
                           email=request.form.get("email"))
    flash_success(_("Name and address are saved."))
    return redirect(url_for(".show", person_id=person_id))


@blueprint.post("/<uuid:person_id>/places")
def give_place(person_id: UUID) -> ResponseReturnValue:
    """A role in an organisation; in none, over the whole country."""
    code = request.form.get("organisation", "").strip()
    place = organisations.find_organisation_by_code(code) if code else None
    if code and place is None:
        raise Invalid(_("No organisation has the code “%(code)s”.", code=code))
    if place is None or request.form.get("role") == "administrator":
        require_recent_sign_in()
    services.add_role(current_actor(), person_id, role=request.form.get("role", ""),
                      organisation_id=place.id if place else None)
    flash_success(_("The role was given."))
    return redirect(url_for("organisations.members", organisation_id=place.id) if place and request.args.get("back")
                    else url_for(".show", person_id=person_id))


@blueprint.post("/<uuid:person_id>/places/<uuid:organisation_id>/end")
def end_place(person_id: UUID, organisation_id: UUID) -> ResponseReturnValue:
    """End a role in an organisation."""
    services.end_place(current_actor(), person_id, organisation_id=organisation_id, role=request.form.get("role", ""))
    flash_success(_("The membership has ended. It stays in the history."))
    return _back(person_id)


@blueprint.post("/<uuid:person_id>/roles/take")
@recent_sign_in()
def take_role(person_id: UUID) -> ResponseReturnValue:
    """Take a role over the whole country away."""
    services.take_role(current_actor(), person_id, role=request.form.get("role", ""))
    flash_success(_("The role was taken away."))
    return _back(person_id)


@blueprint.post("/<uuid:person_id>/sign-ins/end")
def end_sign_ins(person_id: UUID) -> ResponseReturnValue:
    """Sign a person out everywhere."""
    ended = services.end_all_sign_ins(current_actor(), person_id)
    flash_success(_n("%(num)s sign-in was ended.", "%(num)s sign-ins were ended.", ended))
    return redirect(url_for(".show", person_id=person_id))


@blueprint.route("/import", methods=["GET", "POST"])
@recent_sign_in()
def import_members() -> ResponseReturnValue:
    """Members from a file: all of it or nothing."""
    actor = current_actor()
    authorize(actor, "person:list")
    form, problems, status = MembersFileForm(), None, 200
    if form.validate_on_submit():
        try:
            done = services.import_members(actor, form.file.data.read())
            flash_success(_("%(people)s people and %(memberships)s memberships were added.", people=done.people,
                            memberships=done.memberships))
            return redirect(url_for(".index"))
        except Invalid as refused:
            problems, status = refused, 422
    return render_template("lms/identity/people/import.html", form=form, problems=problems), status


def _add(form: NewPersonForm) -> bool:
    """Whether the new person was added; if not, the form says why."""
    name, email = form.name.data or "", (form.email.data or "").strip() or None
    place = organisations.find_organisation_by_code((form.organisation.data or "").strip())
    try:
        services.check_person(" ".join(name.split()), email)
        if place is None:
            message = _("No organisation has the code “%(code)s”.", code=form.organisation.data)
            raise Invalid(message, [Problem("organisation", message)])
        services.create_person(current_actor(), name=" ".join(name.split()), email=email, roles=[form.role.data],
                               organisation_id=place.id)
    except Invalid as refused:
        form.add_problems(refused)
        return False
    flash_success(_("%(name)s was added.", name=name))
    return True


def _back(person_id: UUID) -> ResponseReturnValue:
    """To the person, or to the list where he belongs no more to what one administers."""
    try:
        services.get_person_page(current_actor(), person_id)
    except PlatformError:
        return redirect(url_for(".index"))
    return redirect(url_for(".show", person_id=person_id))
