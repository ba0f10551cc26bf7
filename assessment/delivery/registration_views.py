"""The page on which pupils put themselves on the list of an exam."""

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from assessment.delivery.asked import asked_sitting
from assessment.delivery.blueprint import blueprint
from assessment.delivery.services import registration
from lms.core.i18n import _
from lms.core.web import current_actor, flash_success
from lms.curriculum import services as curriculum


@blueprint.get("/register")
def list_registrations() -> str:
    """The exams that take registrations now."""
    found = registration.list_registrations(current_actor())
    subjects = curriculum.subject_names({each.exam.subject_id for each in found})
    return render_template("assessment/delivery/registrations.html", found=found, subjects=subjects)


@blueprint.post("/<uuid:exam_id>/register")
def register(exam_id: UUID) -> ResponseReturnValue:
    """Put oneself on the list."""
    registration.register_myself(current_actor(), exam_id, sitting_id=asked_sitting(exam_id).id)
    flash_success(_("You are registered. The exam stands among yours now."))
    return redirect(url_for(".list_my_exams"))


@blueprint.post("/<uuid:exam_id>/register/withdraw")
def withdraw_registration(exam_id: UUID) -> ResponseReturnValue:
    """Take oneself off the list again."""
    registration.withdraw_myself(current_actor(), exam_id)
    flash_success(_("You have withdrawn. Your place is free again."))
    return redirect(url_for(".list_registrations"))
