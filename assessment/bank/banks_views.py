"""Pages of banks: which there are, one with its members, and what leaves a secure one."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired

from assessment.bank import names, services
from assessment.bank.banks_models import BANK_ROLES, Bank
from assessment.bank.blueprint import blueprint
from assessment.bank.models import STATES
from lms.core.errors import Invalid
from lms.core.forms import Form
from lms.core.i18n import _, _l
from lms.core.permissions import authorize, may
from lms.core.web import current_actor, flash_success, page_number, recent_sign_in
from lms.curriculum import services as curriculum
from lms.identity import services as identity
from lms.organisations import services as organisations


class BankForm(Form):
    """A new bank."""

    name = StringField(_l("Name of the bank"), validators=[InputRequired(_l("Give the bank a name."))])
    organisation_id = SelectField(_l("Organisation"))
    kind = RadioField(_l("What kind of bank it is"), default="open", choices=[
        ("open", _l("Open: staff of the organisation see approved questions")),
        ("secure", _l("Secure: only members, sealed content, every look is written down"))])
    reviewed = BooleanField(_l("Questions are reviewed before they are used"), default=True)
    two_person = BooleanField(_l("Two persons: nobody signs what he wrote, content and approval are signed by "
                                 "different people"), default=True)

    def offer_choices(self) -> None:
        """The organisations in which the one who asks may make a bank."""
        actor = current_actor()
        named = organisations.organisation_names(actor.places("teacher", "administrator"))
        self.organisation_id.choices = sorted(((str(key), name) for key, name in named.items()), key=lambda row: row[1])

    def draft(self) -> services.BankDraft:
        """What the service is given. Call after validation."""
        return services.BankDraft(self.name.data or "", UUID(self.organisation_id.data), self.kind.data,
                                  self.reviewed.data, self.two_person.data)


@blueprint.get("/banks")
def list_banks() -> str:
    """The banks that one may see."""
    page = services.list_banks(current_actor(), page_number())
    places = organisations.organisation_names({bank.organisation_id for bank in page})
    return render_template("assessment/bank/banks.html", page=page, places=places, names=names,
                           waiting=services.count_waiting(current_actor()))


@blueprint.route("/banks/new", methods=["GET", "POST"])
def create_bank() -> ResponseReturnValue:
    """Make a bank."""
    authorize(current_actor(), "item:create")
    form = BankForm()
    form.offer_choices()
    if form.validate_on_submit():
        try:
            bank = services.create_bank(current_actor(), form.draft())
        except Invalid as error:
            form.add_problems(error)
        else:
            flash_success(_("The bank is made. Now choose its members."))
            return redirect(url_for("bank.show_bank", bank_id=bank.id))
    return render_template("assessment/bank/bank_new.html", form=form), 422 if form.is_submitted() else 200


@blueprint.get("/banks/<uuid:bank_id>")
def show_bank(bank_id: UUID) -> str:
    """A bank: its members, how many questions are where, and its exports."""
    detail = services.get_bank(current_actor(), bank_id)
    name = request.args.get("name", "")
    found = services.search_colleagues(current_actor(), bank_id, name) if name else []
    place = organisations.organisation_names({detail.bank.organisation_id}).get(detail.bank.organisation_id, "")
    return render_template("assessment/bank/bank.html", detail=detail, bank=detail.bank, names=names, place=place,
                           roles=BANK_ROLES, states=STATES, found=found, **_exports(detail.bank))


@blueprint.post("/banks/<uuid:bank_id>/rules")
def edit_bank(bank_id: UUID) -> ResponseReturnValue:
    """Change the name and the rules."""
    services.edit_bank(current_actor(), bank_id, name=request.form.get("name", ""),
                       reviewed="reviewed" in request.form, two_person="two_person" in request.form)
    flash_success(_("The rules of the bank are saved."))
    return redirect(url_for("bank.show_bank", bank_id=bank_id))


@blueprint.post("/banks/<uuid:bank_id>/members/<any(add, remove):action>")
def change_member(bank_id: UUID, action: str) -> ResponseReturnValue:
    """Give somebody a role, or take one away."""
    try:
        person_id = UUID(request.form.get("person_id", ""))
    except ValueError:
        raise Invalid(_("Choose a person.")) from None
    act = {"add": services.add_member, "remove": services.remove_member}[action]
    act(current_actor(), bank_id, person_id, request.form.get("role", ""))
    flash_success(_("The members of the bank are changed."))
    return redirect(url_for("bank.show_bank", bank_id=bank_id, _anchor="members"))


@blueprint.post("/banks/<uuid:bank_id>/exports")
def request_export(bank_id: UUID) -> ResponseReturnValue:
    """Ask to take questions out of a secure bank."""
    chosen = [UUID(each) for each in request.form.getlist("items") if len(each) == len(str(bank_id))]
    services.request_export(current_actor(), bank_id, chosen, request.form.get("reason", ""))
    flash_success(_("The request is written down. A second person must consent."))
    return redirect(url_for("bank.show_bank", bank_id=bank_id, _anchor="exports"))


@blueprint.route("/exports/<uuid:export_id>", methods=["GET", "POST"])
@recent_sign_in()
def decide_export(export_id: UUID) -> ResponseReturnValue:
    """Consent to an export, or refuse it: as a second person who has just proved who he is."""
    row = services.get_export(current_actor(), export_id)
    if request.method == "POST":
        services.decide_export(current_actor(), export_id, consents=request.form.get("decision") == "consent")
        flash_success(_("Your decision is written down."))
        return redirect(url_for("bank.show_bank", bank_id=row.bank_id, _anchor="exports"))
    people = identity.person_names({row.requested_by})
    return render_template("assessment/bank/export_decide.html", export=row, people=people, names=names)


def _exports(bank: Bank) -> dict[str, Any]:
    if not bank.is_secure or not may(current_actor(), "bank:export", bank):
        return {"exports": None}
    exports = services.list_exports(current_actor(), bank.id)
    ready = services.list_items(current_actor(), bank_id=bank.id, state="ready")
    people = {each.requested_by for each in exports} | {each.decided_by for each in exports if each.decided_by}
    return {"exports": exports, "ready": ready, "people": identity.person_names(people),
            "topics": curriculum.topic_names({item.topic_id for item in ready if item.topic_id})}
