"""The candidate's pages: his exams, the start, the player, the receipt."""

import secrets
from datetime import timedelta
from functools import lru_cache, partial
from uuid import UUID

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from assessment.assembly import services as assembly
from assessment.bank.page_policy import answer_media, open_page_for
from assessment.bank.spoken.pages import words_table
from assessment.delivery import services
from assessment.delivery.blueprint import blueprint
from assessment.delivery.eventlog.log import remaining_ms
from assessment.delivery.integrity_views import check_browser, has_shown_keys, remember_keys, this_browser
from assessment.delivery.models import Attempt
from assessment.delivery.reasons import WITHDRAWALS
from assessment.delivery.services import again, proofs, withdrawal
from assessment.delivery.services.integrity import note_place, rules_of
from assessment.delivery.services.parts import parts_for
from assessment.delivery.start_door import DEVICE_COOKIE
from lms.core import clock
from lms.core.config import settings
from lms.core.errors import Conflict, Invalid, TooMany
from lms.core.i18n import _, current_locale
from lms.core.web import current_actor
from lms.curriculum import services as curriculum

DEVICE_AGE = timedelta(days=60)
RENDERED_FOR = timedelta(hours=2)


@blueprint.get("/mine")
def list_my_exams() -> str:
    """What the pupil is to sit, sits and has sat."""
    mine = services.list_my_exams(current_actor())
    subjects = curriculum.subject_names({each.exam.subject_id for each in mine})
    return render_template("assessment/delivery/mine.html", mine=mine, subjects=subjects)


@blueprint.get("/<uuid:exam_id>/start")
def start_page(exam_id: UUID, refused: str = "") -> ResponseReturnValue:
    """Rules and instructions, before the clock runs."""
    mine = services.look_at_mine(current_actor(), exam_id)
    if mine.status == "submitted":
        return redirect(url_for(".submitted", exam_id=exam_id))
    subject = curriculum.subject_names({mine.exam.subject_id}).get(mine.exam.subject_id, "")
    device = own_device()
    page = render_template("assessment/delivery/start.html", mine=mine, subject=subject, refused=refused,
                           ready=services.make_ready_token(mine, device), withdrawn=_withdrawn(mine),
                           rules=rules_of(mine.exam),
                           opens_in_ms=remaining_ms(mine.sitting.opens_at, clock.now()),
                           size=services.measure_paper(mine.attempt.form_id), parts=parts_for(mine.exam, mine.minutes))
    return _remember(page, device)


def _withdrawn(mine: services.MyExam) -> str:
    """Why the candidate begins anew, "" where he does not."""
    waits = mine.attempt.state == "ready" and mine.attempt.number > 1
    row = withdrawal.why_withdrawn(current_actor(), mine.exam.id) if waits else None
    return str(WITHDRAWALS[row.code]) if row else ""


@blueprint.post("/<uuid:exam_id>/start")
def start(exam_id: UUID) -> ResponseReturnValue:
    """The clock runs from here."""
    is_certain = check_browser(exam_id)
    device = own_device()
    try:
        attempt = services.start_attempt(current_actor(), exam_id, device=device,
                                         code=request.form.get("code", "").strip())
    except (Conflict, Invalid, TooMany) as error:
        return make_response(start_page(exam_id, refused=error.message), error.status)
    if request.accept_mimetypes.best == "application/json":
        return _remember(jsonify(services.open_bundle(current_actor(), exam_id, device=device)), device)
    return _remember(redirect(url_for(".sit", exam_id=exam_id)), device, attempt if is_certain else None)


@blueprint.get("/<uuid:exam_id>/bundle")
def get_bundle(exam_id: UUID) -> Response:
    """The player's page with all its pictures, sealed until the start: what a waiting page fetches before the bell."""
    desk = services.get_waiting_desk(current_actor(), exam_id)
    page = render_player(desk)
    return Response(services.seal_bundle(desk.mine.attempt.form_id, page), content_type="application/octet-stream")


@blueprint.get("/<uuid:exam_id>/attempt")
def sit(exam_id: UUID) -> ResponseReturnValue:
    """The player; for another device than the candidate's a page that says so."""
    mine = services.look_at_mine(current_actor(), exam_id)
    if mine.attempt.state == "ready":
        return redirect(url_for(".start_page", exam_id=exam_id))
    if mine.attempt.state == "submitted":
        return redirect(url_for(".submitted", exam_id=exam_id))
    desk = services.find_desk(current_actor(), exam_id, device=request.cookies.get(DEVICE_COOKIE, ""))
    if desk is None:
        free = not mine.attempt.device
        page = render_template("assessment/delivery/elsewhere.html", mine=mine, free=free, rules=rules_of(mine.exam))
        return page, 200 if free else 409
    if desk.state["state"] != "open":
        return redirect(url_for(".submitted", exam_id=exam_id))
    if not has_shown_keys(desk.mine):
        return render_template("assessment/delivery/browser_check.html", mine=mine, rules=rules_of(mine.exam))
    note_place(mine.attempt, this_browser())
    return render_player(desk)


def render_player(desk: services.Desk) -> str:
    """The page in which a candidate works."""
    mine = desk.mine
    open_page_for({item.type for item in desk.paper.items})
    return render_template("assessment/delivery/player.html", desk=desk, mine=mine, texts=player_texts(),
                           rules=rules_of(mine.exam), recovery_key=services.recovery_key(mine.attempt.id),
                           paper_html=paper_html(mine.attempt.form_id, current_locale(), _hours()))


def _hours() -> int:
    """Counts spans of some hours: pictures have addresses that expire a good while after the span."""
    return int(clock.now().timestamp() // RENDERED_FOR.total_seconds())


@lru_cache(maxsize=512)
def paper_html(form_id: UUID, locale: str, _span: int) -> Markup:
    """The questions of a form in one language: the same for everybody who has it, so rendered once a span of time."""
    page = render_template("assessment/delivery/_paper.html", paper=assembly.get_paper(form_id), flags=True)
    shown = services.by_place(form_id, page, partial(_picture_address, form_id))
    return Markup(shown + words_table(page, locale))  # noqa: S704


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
        "part_of": _("Part {part} of {all}"), "part_minutes_left": _("Part {part}: {n} minutes left"),
        "part_go_on": _("Go on to part {part}?"), "part_now": _("You are in part {part} now."),
        "part_shuts": _("After that nothing in part {part} can be changed any more."),
        "part_left_open": _("{n} questions of this part are not answered yet."),
        "part_begins": _("Part {part} has {n} minutes of its own, which begin at once."),
        "part_time_up": _("The time of part {part} is up. You are in part {next} now."),
        "handing_in": _("Your test is being handed in…"),
        "time_up": _("The time is up. Your test is being handed in…"),
        "time_up_offline": _("The connection is cut. Your answers are kept on this device: leave this page "
                             "open, and they will be sent as soon as the connection is back."),
        "time_up_unsure": _("Without a connection this page cannot know for sure that the time is up. Hand in, and "
                            "leave the page open: your answers are kept on this device and sent as soon as possible."),
        "no_store": _("This browser keeps nothing on this device: your answers are saved on the server only. "
                      "Do not close or reload this page while there is no connection."),
        "file_made": _("The file is saved on this device. Give it to your invigilator."),
        "other_tab": _("This exam is open in another tab of this browser."),
        "other_device": _("Another device has taken over this exam. Nothing can be saved from here."),
        "signed_out": _("Please sign in again so that your answers, kept on this device, can be sent."),
        "rejected": _("An answer could not be saved ({question}). Please answer it again."),
        "go_on_here": _("Go on here"), "sign_in": _("Sign in"),
    }


@blueprint.post("/<uuid:exam_id>/enter")
def enter(exam_id: UUID) -> ResponseReturnValue:
    """Go on in this browser, once the teacher has let go of the other one."""
    is_certain = check_browser(exam_id, page="delivery.sit")
    device = own_device()
    attempt = services.enter_exam(current_actor(), exam_id, device=device)
    return _remember(redirect(url_for(".sit", exam_id=exam_id)), device, attempt if is_certain else None)


@blueprint.get("/<uuid:exam_id>/submitted")
def submitted(exam_id: UUID) -> ResponseReturnValue:
    """The receipt."""
    mine = services.look_at_mine(current_actor(), exam_id)
    if mine.attempt.state == "ready" and withdrawal.why_withdrawn(current_actor(), exam_id):
        return redirect(url_for(".start_page", exam_id=exam_id))
    receipt = services.get_receipt(current_actor(), exam_id)
    if receipt.mine.status == "running" and receipt.head.closed == "open":
        return redirect(url_for(".sit", exam_id=exam_id))
    return render_template("assessment/delivery/submitted.html", receipt=receipt, mine=receipt.mine,
                           released=services.is_released(exam_id), rules=rules_of(receipt.mine.exam),
                           signed=proofs.find_signed_receipt(current_actor(), exam_id),
                           past=again.list_past_attempts(current_actor(), exam_id))


@blueprint.post("/<uuid:exam_id>/again")
def sit_again(exam_id: UUID) -> ResponseReturnValue:
    """One more attempt, where the exam allows it; its clock runs from the next page."""
    again.sit_again(current_actor(), exam_id)
    return redirect(url_for(".start_page", exam_id=exam_id))


def own_device() -> str:
    """The secret of this browser, or a new one."""
    return request.cookies.get(DEVICE_COOKIE) or secrets.token_hex(16)


def _remember(response: object, device: str, shown: Attempt | None = None) -> Response:
    """The browser keeps the secret that makes it the candidate's device; it is no sign-in. `shown` is the attempt for
    which it has just shown the keys that the exam asks for.
    """
    answer = make_response(response)
    answer.set_cookie(DEVICE_COOKIE, device, max_age=DEVICE_AGE, path="/exams", httponly=True, samesite="Lax",
                      secure=settings().base_url.startswith("https://"))
    return remember_keys(answer, shown) if shown else answer
