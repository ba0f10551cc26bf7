"""Pages: sign in, come back from the provider, sign out of both, one's own account."""

from uuid import UUID

from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.core.config import settings
from lms.core.db import outside_transaction, transaction
from lms.core.errors import Unavailable
from lms.core.i18n import LOCALE_COOKIE, _, _n, current_locale
from lms.core.web import YEAR_SECONDS, current_actor, flash_success, safe_next
from lms.identity import openid, services
from lms.identity.device import device_name
from lms.identity.forms import LanguageForm

blueprint = Blueprint("identity", __name__, template_folder="templates", static_folder="static",
                      static_url_path="/static/identity")


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """One button; the provider asks for the password."""
    next_path = safe_next(request.args.get("next"))
    if not current_actor().is_anonymous:
        return redirect(next_path)
    return render_template("lms/identity/sign_in.html", next_path=next_path)


@blueprint.get("/sign-in/start")
def start() -> ResponseReturnValue:
    """Off to the provider."""
    outside_transaction()
    return redirect(openid.begin(_address("callback"), next_path=safe_next(request.args.get("next")),
                                 locale=current_locale()))


@blueprint.get("/sign-in/callback")
def callback() -> ResponseReturnValue:
    """Back from the provider: verify its answer without a transaction, then sign in within one."""
    outside_transaction()
    answer = openid.finish()
    with transaction():
        person = services.recognise_person(settings().issuer, answer.claims, locale=current_locale())
        begun = services.start_sign_in(person.id, issuer=settings().issuer, id_token=answer.id_token,
                                       sid=answer.claims.sid, device=device_name(request.user_agent.string))
        sign_in_id, locale = str(begun.id), person.locale
    _replace_session(sign_in_id)
    response = redirect(safe_next(answer.next_path))
    if LOCALE_COOKIE not in request.cookies:
        response.set_cookie(LOCALE_COOKIE, locale, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    return response


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the platform's session, then the provider's."""
    hint = None
    if current_user.is_authenticated:
        hint = services.end_sign_in(current_actor(), current_user.sign_in_id)
    session.clear()
    outside_transaction()
    if hint is None:
        return redirect(url_for("identity.signed_out"))
    try:
        target = openid.end_session_address(hint, back_to=_address("signed_out"), locale=current_locale())
    except Unavailable:
        target = None
    return redirect(target or url_for("identity.signed_out", half=1))


@blueprint.get("/signed-out")
def signed_out() -> str:
    """Said plainly; `half` where the provider could not be told."""
    return render_template("lms/identity/signed_out.html", half="half" in request.args)


@blueprint.get("/account")
def account() -> str:
    """Who I am here, and where I am signed in."""
    mine = services.get_account(current_actor())
    form = LanguageForm(formdata=None, language=current_locale())
    return render_template("lms/identity/account.html", account=mine, form=form, here=current_user.sign_in_id)


@blueprint.post("/account/language")
def set_language() -> ResponseReturnValue:
    """Remember the language on this and every other device."""
    language = request.form.get("language", "")
    services.set_locale(current_actor(), language)
    response = make_response(redirect(url_for("identity.account")))
    response.set_cookie(LOCALE_COOKIE, language, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    return response


@blueprint.post("/account/sign-ins/<uuid:sign_in_id>/end")
def end_sign_in(sign_in_id: UUID) -> ResponseReturnValue:
    """End a sign-in on another device."""
    services.end_sign_in(current_actor(), sign_in_id)
    flash_success(_("That device is signed out."))
    return redirect(url_for("identity.account"))


@blueprint.post("/account/sign-ins/end-others")
def end_other_sign_ins() -> ResponseReturnValue:
    """End every sign-in but this one."""
    ended = services.end_other_sign_ins(current_actor(), current_user.sign_in_id)
    flash_success(_n("%(num)s other device is signed out.", "%(num)s other devices are signed out.", ended))
    return redirect(url_for("identity.account"))


@blueprint.errorhandler(openid.SignInRefused)
def refused(error: openid.SignInRefused) -> ResponseReturnValue:
    """Say why the sign-in did not work, remember it, offer to try again."""
    services.record_failed_sign_in(error.reason)
    return render_template("lms/identity/sign_in_refused.html", message=error.message), error.status


def _address(endpoint: str) -> str:
    """An address of ours as the provider knows it: from the settings, never from the Host header."""
    return settings().base_url + url_for(f"identity.{endpoint}")


def _replace_session(sign_in_id: str) -> None:
    """Nothing of the session before survives; only the id is kept, where Flask-Login looks for it."""
    session.clear()
    session["_user_id"] = sign_in_id
