"""Pages: one's own account, who vouches for it, where one is signed in, and the history of it."""

from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.core.i18n import LOCALE_COOKIE, _, _n, current_locale
from lms.core.web import YEAR_SECONDS, current_actor, flash_success, page_number
from lms.identity import services
from lms.identity.blueprint import blueprint
from lms.identity.forms import LanguageForm
from lms.identity.providers import providers


@blueprint.get("/account")
def account() -> str:
    """Who I am here, who vouches for me, and where I am signed in."""
    actor = current_actor()
    form = LanguageForm(formdata=None, language=current_locale())
    links = [(link, providers().find_issuer(link.issuer)) for link in services.list_identities(actor)]
    linked = {link.issuer for link, _provider in links}
    more = [each for each in providers().shown if each.issuer not in linked]
    return render_template(
        "lms/identity/account.html", account=services.get_account(actor), form=form, links=links, more=more,
        codes=services.codes_of(actor.id), here=current_user.sign_in_id, used=current_user.issuer)


@blueprint.get("/account/sign-ins")
def sign_in_history() -> str:
    """My sign-ins of the last 90 days."""
    page = services.list_sign_ins(current_actor(), page_number())
    return render_template("lms/identity/sign_in_history.html", page=page, here=current_user.sign_in_id,
                           providers=providers())


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


@blueprint.post("/account/identities/unlink")
def unlink_identity() -> ResponseReturnValue:
    """From now on this provider vouches for me no more."""
    services.unlink_own_identity(current_actor(), request.form.get("link", ""), used=current_user.issuer)
    flash_success(_("It can no longer sign you in here."))
    return redirect(url_for("identity.account"))
