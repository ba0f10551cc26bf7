"""Pages: sign in at a provider, come back, prove oneself anew, sign out of both; and what a provider tells us."""

from uuid import UUID

from flask import jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.core.config import settings
from lms.core.db import outside_transaction, transaction
from lms.core.errors import NotFound, PlatformError, Unavailable
from lms.core.i18n import LOCALE_COOKIE, _, current_locale
from lms.core.permissions import Actor
from lms.core.web import YEAR_SECONDS, current_actor, flash_success, recent_sign_in, safe_next
from lms.identity import account_views as account_views
from lms.identity import openid, services
from lms.identity.blueprint import blueprint
from lms.identity.device import device_name, network_of
from lms.identity.openid import Answer, Purpose, SignInRefused
from lms.identity.providers import MAIN, Provider, providers
from lms.identity.services import Proof

__all__ = ["blueprint"]
PROVIDER_COOKIE = "provider"


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Where to sign in; with one provider, one button."""
    next_path = safe_next(request.args.get("next"))
    if not current_actor().is_anonymous:
        return redirect(next_path)
    last = request.cookies.get(PROVIDER_COOKIE)
    offered = sorted(providers().shown, key=lambda each: each.slug != last)
    return render_template("lms/identity/sign_in.html", next_path=next_path, providers=offered, last=last)


@blueprint.get("/sign-in/start", defaults={"slug": MAIN})
@blueprint.get("/sign-in/<slug>/start")
def start(slug: str) -> ResponseReturnValue:
    """Off to the provider."""
    return _go(_provider(slug), Purpose(next_path=safe_next(request.args.get("next"))))


@blueprint.get("/sign-in/again")
def step_up() -> ResponseReturnValue:
    """Off to the provider of this sign-in, to prove once more who one is; then back to where one was."""
    actor = current_actor()
    provider = providers().of_issuer(current_user.issuer)
    return _go(provider, Purpose(openid.STEP_UP, safe_next(request.args.get("next")), actor.id,
                                 request.args.get("acr", "")[:200] or None))


@blueprint.post("/account/identities/<slug>/link")
@recent_sign_in()
def link(slug: str) -> ResponseReturnValue:
    """Off to a second provider, which shall vouch for me too."""
    return _go(_provider(slug), Purpose(openid.LINK, url_for("identity.account"), current_actor().id))


@blueprint.get("/sign-in/callback", defaults={"slug": MAIN})
@blueprint.get("/sign-in/<slug>/callback")
def callback(slug: str) -> ResponseReturnValue:
    """Back from the provider: verify its answer without a transaction, then act on it within one."""
    provider = _provider(slug)
    outside_transaction()
    answer = openid.finish(provider)
    acts = {openid.STEP_UP: _step_up, openid.LINK: _link}
    return acts.get(answer.purpose.kind, _sign_in)(provider, answer)


@blueprint.post("/sign-in/<slug>/back-channel-logout")
def back_channel_logout(slug: str) -> ResponseReturnValue:
    """A provider tells that somebody is signed out there: he is signed out here, on every device, at once."""
    provider = _provider(slug)
    outside_transaction()
    try:
        tokens = request.form.getlist("logout_token")
        if len(tokens) != 1:
            raise SignInRefused("logout:missing", _("The logout token cannot be used."))
        told = openid.read_logout_token(provider, tokens[0])
        with transaction():
            services.accept_logout(told)
    except (SignInRefused, services.LogoutRefused) as refused:
        services.record_refused_logout(refused.reason, issuer=provider.issuer)
        return _told(400, error="invalid_request", error_description=f"{refused.reason}: {refused.message}")
    except Unavailable as away:
        return _told(503, error="temporarily_unavailable", error_description=away.message)
    return _told(200)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the platform's session, then the provider's. A running exam goes on by its own token."""
    hint, provider = None, providers().main
    if current_user.is_authenticated:
        provider = providers().of_issuer(current_user.issuer)
        hint = services.end_sign_in(current_actor(), current_user.sign_in_id)
    session.clear()
    outside_transaction()
    if hint is None:
        return redirect(url_for("identity.signed_out"))
    try:
        target = openid.end_session_address(provider, hint, back_to=_address("signed_out"), locale=current_locale())
    except Unavailable:
        target = None
    return redirect(target or url_for("identity.signed_out", half=1))


@blueprint.get("/signed-out")
def signed_out() -> str:
    """Said plainly; `half` where the provider could not be told."""
    last = providers().find(request.cookies.get(PROVIDER_COOKIE, "")) or providers().main
    return render_template("lms/identity/signed_out.html", half="half" in request.args, slug=last.slug)


@blueprint.errorhandler(SignInRefused)
def refused(error: SignInRefused) -> ResponseReturnValue:
    """Say why the sign-in did not work, remember it, offer to try again."""
    services.record_failed_sign_in(error.reason, person_id=error.person_id, **_whence())
    slug = (request.view_args or {}).get("slug", MAIN)
    page = render_template("lms/identity/sign_in_refused.html", message=error.message, slug=slug)
    return page, error.status


def _go(provider: Provider, purpose: Purpose) -> ResponseReturnValue:
    outside_transaction()
    return redirect(openid.begin(provider, _callback_address(provider), purpose, locale=current_locale()))


def _sign_in(provider: Provider, answer: Answer) -> ResponseReturnValue:
    """A new sign-in in this browser; the one before, if any, ends."""
    known = services.find_linked_person(provider.issuer, answer.claims.subject)
    try:
        with transaction():
            if current_user.is_authenticated:
                services.end_sign_in(current_actor(), current_user.sign_in_id)
            person = services.recognise_person(provider, answer.claims, locale=current_locale())
            begun = services.start_sign_in(person.id, _proof(provider, answer), **_whence())
            sign_in_id, locale = str(begun.id), person.locale
    except services.CodeTaken as taken:
        raise SignInRefused(f"code-taken:{taken.kind}", taken.message, known.id if known else None) from taken
    _replace_session(sign_in_id)
    response = redirect(safe_next(answer.purpose.next_path))
    for name, value in ((LOCALE_COOKIE, locale), (PROVIDER_COOKIE, provider.slug)):
        if name != LOCALE_COOKIE or name not in request.cookies:
            response.set_cookie(name, value, max_age=YEAR_SECONDS, samesite="Lax", httponly=True,
                                secure=settings().base_url.startswith("https://"))
    return response


def _step_up(provider: Provider, answer: Answer) -> ResponseReturnValue:
    """The same person proved once more who he is; somebody else is refused, and both stay as they were."""
    actor = _same_person(answer)
    person = services.find_linked_person(provider.issuer, answer.claims.subject)
    if person is None or person.id != actor.id:
        message = _("That was somebody else's sign-in. Sign in as yourself.")
        raise SignInRefused("step-up:somebody-else", message, actor.id)
    with transaction():
        services.renew_sign_in(actor, current_user.sign_in_id, _proof(provider, answer))
    return redirect(safe_next(answer.purpose.next_path))


def _link(provider: Provider, answer: Answer) -> ResponseReturnValue:
    """The second provider has vouched: from now on it may sign him in."""
    actor = _same_person(answer)
    try:
        with transaction():
            services.link_own_identity(actor, provider, answer.claims)
    except PlatformError as error:
        raise SignInRefused("link:refused", error.message, actor.id) from error
    flash_success(_("From now on you can sign in with it, too."))
    return redirect(safe_next(answer.purpose.next_path))


def _same_person(answer: Answer) -> Actor:
    """Who is signed in here must be the person who went to the provider."""
    actor = current_actor()
    if actor.is_anonymous or actor.id != answer.purpose.person_id:
        message = _("You were signed out meanwhile, or signed in as somebody else. Sign in again.")
        raise SignInRefused("another-session", message)
    return actor


def _proof(provider: Provider, answer: Answer) -> Proof:
    told = answer.claims
    return Proof(provider.issuer, answer.id_token, told.sid, told.auth_time, told.acr, told.amr)


def _whence() -> dict[str, str]:
    return {"device": device_name(request.user_agent.string), "address": network_of(request.remote_addr)}


def _provider(slug: str) -> Provider:
    found = providers().find(slug)
    if found is None:
        raise NotFound(_("There is no such sign-in service."))
    return found


def _told(status: int, **body: str) -> ResponseReturnValue:
    """What a provider's program reads; nobody may keep it."""
    response = jsonify(body)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _callback_address(provider: Provider) -> str:
    return settings().base_url + url_for("identity.callback", slug=provider.slug)


def _address(endpoint: str) -> str:
    """An address of ours as the provider knows it: from the settings, never from the Host header."""
    return settings().base_url + url_for(f"identity.{endpoint}")


def _replace_session(sign_in_id: UUID | str) -> None:
    """Nothing of the session before survives; only the id is kept, where Flask-Login looks for it."""
    session.clear()
    session["_user_id"] = str(sign_in_id)
