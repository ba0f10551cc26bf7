"""The candidate's pages: his exams, the start, the player, the receipt."""

import secrets
from datetime import timedelta
from functools import lru_cache, partial
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from assessment.assembly import services as assembly
from assessment.bank.page_policy import answer_media, open_page_for
from assessment.delivery import services
from assessment.delivery.blueprint import blueprint
from lms.core import clock
from lms.core.config import settings
from lms.core.i18n import _, current_locale
from lms.core.web import current_actor
from lms.curriculum import services as curriculum

DEVICE_COOKIE = "exam_device"
DEVICE_AGE = timedelta(days=60)
RENDERED_FOR = timedelta(hours=2)


@blueprint.get("/mine")
def list_my_exams() -> str:
    """What the pupil is to sit, sits and has sat."""
    mine = services.list_my_exams(current_actor())
    subjects = curriculum.subject_names({each.exam.subject_id for each in mine})
    return render_template("assessment/delivery/mine.html", mine=mine, subjects=subjects)


@blueprint.get("/<uuid:exam_id>/start")
def start_page(exam_id: UUID) -> ResponseReturnValue:
    """Rules and instructions, before the clock runs."""
    mine = services.get_my_exam(current_actor(), exam_id)
    if mine.status == "submitted":
        return redirect(url_for(".submitted", exam_id=exam_id))
    subject = curriculum.subject_names({mine.exam.subject_id}).get(mine.exam.subject_id, "")
    return render_template("assessment/delivery/start.html", mine=mine, subject=subject,
                           size=services.measure_paper(mine.attempt.form_id))


@blueprint.post("/<uuid:exam_id>/start")
def start(exam_id: UUID) -> ResponseReturnValue:
    """The clock runs from here."""
    device = request.cookies.get(DEVICE_COOKIE) or secrets.token_hex(16)
    services.start_attempt(current_actor(), exam_id, device=device)
    return _remember(redirect(url_for(".sit", exam_id=exam_id)), device)


@blueprint.get("/<uuid:exam_id>/attempt")
def sit(exam_id: UUID) -> ResponseReturnValue:
    """The player; for another device than the candidate's a page that says so."""
    mine = services.get_my_exam(current_actor(), exam_id)
    if mine.attempt.state == "ready":
        return redirect(url_for(".start_page", exam_id=exam_id))
    if mine.attempt.state == "submitted":
        return redirect(url_for(".submitted", exam_id=exam_id))
    desk = services.find_desk(current_actor(), exam_id, device=request.cookies.get(DEVICE_COOKIE, ""))
    if desk is None:
        free = not mine.attempt.device
        page = render_template("assessment/delivery/elsewhere.html", mine=mine, free=free)
        return page, 200 if free else 409
    if desk.state["state"] != "open":
        return redirect(url_for(".submitted", exam_id=exam_id))
    open_page_for({item.type for item in desk.paper.items})
    return render_template("assessment/delivery/player.html", desk=desk, mine=mine, texts=player_texts(),
                           paper_html=paper_html(mine.attempt.form_id, current_locale(), _hours()))


def _hours() -> int:
    """Counts spans of some hours: pictures have addresses that expire a good while after the span."""
    return int(clock.now().timestamp() // RENDERED_FOR.total_seconds())


@lru_cache(maxsize=512)
def paper_html(form_id: UUID, locale: str, _span: int) -> Markup:
    """The questions of a form in one language: the same for everybody who has it, so rendered once a span of time."""
    page = render_template("assessment/delivery/_paper.html", paper=assembly.get_paper(form_id), flags=True)
    return Markup(services.by_place(form_id, page, partial(_picture_address, form_id)))  # noqa: S704


def _picture_address(form_id: UUID, number: int, ticket: str) -> str:
    return url_for(".show_picture", form_id=form_id, number=number, t=ticket)


@blueprint.get("/papers/<uuid:form_id>/pictures/<int:number>")
def show_picture(form_id: UUID, number: int) -> Response:
    """A picture or sound of a paper, for whoever holds a signed address."""
    content_type, data = services.open_picture(form_id, number, request.args.get("t", ""))
    return answer_media(content_type, data, str(number))


def player_texts() -> dict[str, str]:
    """What the player says; {} are filled in by it."""
    return {
        "saved": _("Saved on the server"),
        "saving": _("Saved here, sending…"),
        "offline": _("No connection since {time}. {n} answers are kept on this device and will be sent."),
        "fragile": _("This browser cannot keep your answers: do not close the page while it is sending."),
        "answered": _("answered"), "unanswered": _("not answered"), "flagged": _("to look at again"),
        "count": _("{answered} of {all} questions answered"),
        "left_open": _("{n} questions are not answered yet."),
        "left_flagged": _("You wanted to look at {n} questions again."),
        "minutes_left": _("{n} minutes left"),
        "handing_in": _("Your test is being handed in…"),
        "time_up": _("The time is up. Your test is being handed in…"),
        "time_up_offline": _("The connection is cut. Your answers are kept on this device: leave this page "
                             "open, and they will be sent as soon as the connection is back."),
        "other_tab": _("This exam is open in another tab of this browser."),
        "other_device": _("Another device has taken over this exam. Nothing can be saved from here."),
        "signed_out": _("Please sign in again so that your answers, kept on this device, can be sent."),
        "rejected": _("An answer could not be saved ({question}). Please answer it again."),
        "go_on_here": _("Go on here"), "sign_in": _("Sign in"),
    }


@blueprint.post("/<uuid:exam_id>/enter")
def enter(exam_id: UUID) -> ResponseReturnValue:
    """Go on in this browser, once the teacher has let go of the other one."""
    device = request.cookies.get(DEVICE_COOKIE) or secrets.token_hex(16)
    services.enter_exam(current_actor(), exam_id, device=device)
    return _remember(redirect(url_for(".sit", exam_id=exam_id)), device)


@blueprint.get("/<uuid:exam_id>/submitted")
def submitted(exam_id: UUID) -> ResponseReturnValue:
    """The receipt."""
    receipt = services.get_receipt(current_actor(), exam_id)
    if receipt.mine.status == "running" and receipt.head.closed == "open":
        return redirect(url_for(".sit", exam_id=exam_id))
    return render_template("assessment/delivery/submitted.html", receipt=receipt, mine=receipt.mine,
                           released=services.is_released(exam_id))


def _remember(response: object, device: str) -> Response:
    """The browser keeps the secret that makes it the candidate's device; it is no sign-in."""
    answer = make_response(response)
    answer.set_cookie(DEVICE_COOKIE, device, max_age=DEVICE_AGE, path="/exams", httponly=True, samesite="Lax",
                      secure=settings().base_url.startswith("https://"))
    return answer
