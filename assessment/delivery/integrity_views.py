"""Pages about the browsers in which an exam is sat: what is asked of them, the file that opens one, what they told."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from assessment.delivery import seb, services
from assessment.delivery.blueprint import blueprint
from assessment.delivery.forms import IntegrityForm
from assessment.delivery.models import Attempt, Exam
from assessment.delivery.services import integrity
from lms.core.config import settings
from lms.core.errors import Conflict, Invalid
from lms.core.i18n import _, _l
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success, page_number

PROOF_COOKIE = "exam_browser"
KIND_NAMES = {
    "left": _l("Left the page"), "returned": _l("Came back"), "pasted": _l("Pasted"), "copied": _l("Copied"),
    "resized": _l("Changed the size of the window"), "printed": _l("Printed"), "second_tab": _l("Second tab"),
    "began": _l("Opened the test"), "address": _l("Other network address"), "device": _l("Other device"),
}


@blueprint.route("/<uuid:exam_id>/integrity", methods=["GET", "POST"])
def edit_integrity(exam_id: UUID) -> ResponseReturnValue:
    """What the exam asks of a browser."""
    exam = services.get_exam(current_actor(), exam_id)
    authorize(current_actor(), "exam:edit", exam)
    form, before = IntegrityForm(), integrity.rules_of(exam)
    if not form.is_submitted():
        form.show(before)
    elif form.validate():
        try:
            integrity.set_integrity(current_actor(), exam_id, form.rules(before))
            flash_success(_("What is asked of the browser is saved."))
            return redirect(url_for(".show_exam", exam_id=exam_id))
        except Invalid as error:
            form.add_problems(error)
    page = render_template("assessment/delivery/integrity.html", exam=exam, form=form, before=before)
    return page, 422 if form.errors else 200


@blueprint.get("/<uuid:exam_id>/exam.seb")
def download_seb_file(exam_id: UUID) -> Response:
    """The file that opens the exam in Safe Exam Browser, for its candidates."""
    exam = services.get_my_exam(current_actor(), exam_id).exam
    if not integrity.rules_of(exam).seb:
        raise Conflict(_("This exam asks for no special browser."))
    return Response(seb.seb_file(seb_settings(exam)), content_type="application/seb",
                    headers={"Content-Disposition": 'attachment; filename="exam.seb"'})


def seb_settings(exam: Exam) -> dict[str, Any]:
    """The settings of Safe Exam Browser for an exam: it opens this platform, its files and its sign-in only."""
    given = settings()
    hosts = dict.fromkeys(host for address in (given.base_url, given.issuer, given.s3_endpoint)
                          if (host := urlsplit(address).netloc))
    return seb.exam_settings(_absolute("delivery.start_page", exam.id), _absolute("delivery.leave_seb", exam.id),
                             hosts=list(hosts), quit_hash=integrity.rules_of(exam).quit_hash)


def _absolute(endpoint: str, exam_id: UUID) -> str:
    return settings().base_url + url_for(endpoint, exam_id=exam_id)


def this_browser(page: str = "") -> integrity.Browser:
    """Where the request comes from. Headers are made with the address asked for. A modern engine of Safe Exam Browser
    tells its keys to the page that sends them: made with the address of that page, `page` where it is another one.
    """
    asked_for, sent = settings().base_url + request.full_path.removesuffix("?"), request.headers
    return integrity.Browser(request.remote_addr or "", [
        integrity.Shown(asked_for, sent.get(seb.CONFIG_HEADER, ""), sent.get(seb.EXAM_HEADER, "")),
        integrity.Shown(page or asked_for, request.form.get("seb_config_key", ""),
                        request.form.get("seb_exam_key", ""))])


def check_browser(exam_id: UUID, *, page: str = "") -> bool:
    """Refuse a browser that the exam does not allow; whether it asks for a certain one. Raises Forbidden.

    `page` is the endpoint of the page that was sent, where that is another one than what is asked for.
    """
    exam = services.get_my_exam(current_actor(), exam_id).exam
    browser = this_browser(_absolute(page, exam.id) if page else "")
    integrity.check_browser(current_actor(), exam_id, browser, seb_settings(exam))
    return integrity.rules_of(exam).seb


def has_shown_keys(mine: services.MyExam) -> bool:
    """Whether this browser is the one that the exam asks for, by this request or by one just before it."""
    return (integrity.is_proved(mine.attempt, request.cookies.get(PROOF_COOKIE, ""))
            or integrity.is_safe(integrity.rules_of(mine.exam), this_browser(), seb_settings(mine.exam)))


@blueprint.post("/<uuid:exam_id>/attempt")
def show_keys(exam_id: UUID) -> Response:
    """What the page sends that stands before the test in Safe Exam Browser: then the test opens."""
    mine = services.get_my_exam(current_actor(), exam_id)
    integrity.check_keys(current_actor(), exam_id, this_browser(), seb_settings(mine.exam))
    return remember_keys(make_response(redirect(url_for(".sit", exam_id=exam_id), 303)), mine.attempt)


def remember_keys(answer: Response, attempt: Attempt) -> Response:
    """For the request that follows: it opens the test."""
    answer.set_cookie(PROOF_COOKIE, integrity.make_proof(attempt), max_age=integrity.PROVED_FOR, path="/exams",
                      httponly=True, samesite="Lax", secure=settings().base_url.startswith("https://"))
    return answer


@blueprint.get("/<uuid:exam_id>/leave")
def leave_seb(exam_id: UUID) -> str:
    """Where Safe Exam Browser closes itself; in any other browser a page that says so."""
    mine = services.get_my_exam(current_actor(), exam_id)
    return render_template("assessment/delivery/leave.html", mine=mine)


@blueprint.get("/<uuid:exam_id>/evidence")
def list_evidence(exam_id: UUID) -> str:
    """What the candidates' browsers told, candidate by candidate."""
    rows = integrity.list_evidence(current_actor(), exam_id, page=page_number())
    exam = services.get_exam(current_actor(), exam_id)
    return render_template("assessment/delivery/evidence.html", exam=exam, rows=rows, kind_names=KIND_NAMES)


@blueprint.get("/<uuid:exam_id>/evidence/<uuid:attempt_id>")
def show_evidence(exam_id: UUID, attempt_id: UUID) -> str:
    """What the browsers of one candidate told, in order."""
    rows = integrity.list_attempt_evidence(current_actor(), exam_id, attempt_id, page=page_number())
    exam = services.get_exam(current_actor(), exam_id)
    return render_template("assessment/delivery/evidence_of_one.html", exam=exam, rows=rows, attempt_id=attempt_id,
                           number=services.candidate_number(attempt_id), kind_names=KIND_NAMES)
