"""The page on which a form of the paper is withdrawn while the exam runs."""

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assessment.delivery import services
from assessment.delivery.blueprint import blueprint
from assessment.delivery.reasons import WITHDRAWALS
from assessment.delivery.services import withdrawal
from assessment.delivery.withdrawal_forms import WithdrawForm, reach_names
from lms.core.errors import Invalid
from lms.core.i18n import _
from lms.core.web import current_actor, flash_success


@blueprint.route("/<uuid:exam_id>/withdraw-form", methods=["GET", "POST"])
def choose_form_to_withdraw(exam_id: UUID) -> ResponseReturnValue:
    """The forms in use; what withdrawing one would do is shown before it is done."""
    actor = current_actor()
    exam, forms = services.get_exam(actor, exam_id), withdrawal.list_forms(actor, exam_id)
    form, effect = WithdrawForm(forms), None
    if form.validate_on_submit():
        try:
            effect = withdrawal.preview_withdrawal(actor, exam_id, form.draft())
        except Invalid as error:
            form.add_problems(error)
    proposed = [(each.id, each.withdrawal) for each in forms if each.withdrawal]
    can_confirm = {form_id for form_id, row in proposed if withdrawal.may_confirm(actor, exam, row)}
    return render_template("assessment/delivery/withdraw_form.html", exam=exam, forms=forms, form=form, effect=effect,
                           reasons=WITHDRAWALS, reaches=reach_names(), can_confirm=can_confirm,
                           ), 422 if form.errors else 200


@blueprint.post("/<uuid:exam_id>/withdraw-form/confirm")
def withdraw_form(exam_id: UUID) -> ResponseReturnValue:
    """Do what was shown, or propose it to a second person."""
    form = WithdrawForm(withdrawal.list_forms(current_actor(), exam_id))
    if not form.validate():
        raise Invalid(_("The form could not be withdrawn."), problems=form.problems())
    row = withdrawal.withdraw_form(current_actor(), exam_id, form.draft())
    flash_success(_("The form is withdrawn.") if row.done_at else
                  _("It is proposed. A second person must confirm it on this page."))
    return redirect(url_for(".choose_form_to_withdraw", exam_id=exam_id))


@blueprint.post("/<uuid:exam_id>/withdraw-form/<uuid:form_id>/approve")
def confirm_withdrawal(exam_id: UUID, form_id: UUID) -> ResponseReturnValue:
    """Do what another person proposed."""
    withdrawal.confirm_withdrawal(current_actor(), exam_id, form_id)
    flash_success(_("The form is withdrawn."))
    return redirect(url_for(".choose_form_to_withdraw", exam_id=exam_id))


@blueprint.post("/<uuid:exam_id>/withdraw-form/<uuid:form_id>/drop")
def drop_withdrawal(exam_id: UUID, form_id: UUID) -> ResponseReturnValue:
    """Leave it, before anybody has confirmed it."""
    withdrawal.drop_proposal(current_actor(), exam_id, form_id)
    flash_success(_("The form stays in use."))
    return redirect(url_for(".choose_form_to_withdraw", exam_id=exam_id))
