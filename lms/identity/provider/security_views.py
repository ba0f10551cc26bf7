"""My security: password, second factors, passkeys, recovery codes, sessions, history and applications of an account.

Who is meant is the session at the provider, not the platform's: the two are apart. What a thief of an open session
could do harm with asks for a credential again where the last is older than five minutes.
"""

from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core import audit, clock
from lms.core.errors import Conflict, Invalid, NotFound, PlatformError
from lms.core.i18n import _, _n
from lms.core.permissions import ANONYMOUS
from lms.core.signing import InvalidToken
from lms.core.web import flash_success, page_number, safe_next
from lms.identity.provider import history, passkeys, recovery, recovery_codes, second_factor, services, totp
from lms.identity.provider.account_views import PAGES, blueprint, ceremony_json, require_answer
from lms.identity.provider.credential_forms import (
    AuthenticatorForm,
    ChangePasswordForm,
    ConfirmForm,
    NameForm,
    PasskeyForm,
)
from lms.identity.provider.flow import Login
from lms.identity.provider.models import ProviderAccount
from lms.identity.provider.password_check import confirm_password
from lms.identity.provider.views import current_login

FRESH = timedelta(minutes=5)


def _owner_only(view: Any) -> Any:
    """The view of somebody signed in at the provider; others sign in first and come back."""
    @wraps(view)
    def guarded(**values: Any) -> ResponseReturnValue:
        login = current_login()
        if login is None:
            back = request.path if request.method == "GET" else url_for("provider_account.security")
            return redirect(url_for("identity.start", next=back), 303)
        g.login = login
        return view(**values)
    return guarded


def _fresh_only(view: Any) -> Any:
    """As `_owner_only`, and a credential was given within the last minutes; else it is asked for first."""
    @_owner_only
    @wraps(view)
    def guarded(**values: Any) -> ResponseReturnValue:
        if clock.now() - _login().session.auth_time <= FRESH:
            return view(**values)
        if request.is_json or request.path.endswith("/begin"):
            raise Invalid(_("Please confirm first that it is you: reload this page."))
        back = request.path if request.method == "GET" else url_for("provider_account.security")
        return redirect(url_for("provider_account.confirm", next=back), 303)
    return guarded


@blueprint.get("/account")
@_owner_only
def security() -> ResponseReturnValue:
    """Everything about the account's safety on one page."""
    account, session = _login().account, _login().session
    return render_template(
        f"{PAGES}security.html", account=account, here=session.id, app=totp.find(account.id),
        passkeys=passkeys.list_passkeys(account.id), codes_left=recovery_codes.count_left(account.id),
        sessions=services.list_sessions(account.id), consents=services.list_consents(account.id),
        tries=history.list_tries(account.id).items[:5], required=second_factor.is_required(account),
        form=PasskeyForm(formdata=None), fresh=clock.now() - session.auth_time <= FRESH)


@blueprint.route("/account/confirm", methods=["GET", "POST"])
@_owner_only
def confirm() -> ResponseReturnValue:
    """Is it still you? Password, with a code where there is a second factor; or a passkey."""
    form, account = ConfirmForm(), _login().account
    if request.method == "GET" or not form.validate_on_submit():
        return _confirm_page(form, 422 if form.errors else 200)
    try:
        confirm_password(account, form.password.data)
        if second_factor.is_set_up(account.id):
            second_factor.check_code(account, form.code.data or "")
    except PlatformError as refused:
        form.form_errors.append(refused.message)
        return _confirm_page(form, refused.status)
    return _confirmed()


@blueprint.post("/account/confirm/passkey/begin")
@_owner_only
def begin_confirm_passkey() -> ResponseReturnValue:
    """What the browser needs to ask for one of this account's passkeys."""
    return ceremony_json(passkeys.begin_check(_login().account.id))


@blueprint.post("/account/confirm/passkey")
@_owner_only
def confirm_by_passkey() -> ResponseReturnValue:
    """The passkey's answer."""
    form = PasskeyForm()
    try:
        require_answer(form)
        passkeys.finish_check(_login().account.id, form.ceremony.data, form.credential.data)
    except Invalid as refused:
        empty = ConfirmForm(formdata=None)
        empty.form_errors.append(refused.message)
        return _confirm_page(empty, refused.status)
    return _confirmed()


@blueprint.route("/account/password", methods=["GET", "POST"])
@_owner_only
def change_password() -> ResponseReturnValue:
    """A new password; the present one is asked for, however fresh the session is."""
    form, login = ChangePasswordForm(), _login()
    if request.method == "GET" or not form.validate_on_submit():
        return _password_page(form, 422 if form.errors else 200)
    try:
        confirm_password(login.account, form.present.data)
    except PlatformError as refused:
        form.present.errors = [refused.message]
        return _password_page(form, refused.status)
    try:
        recovery.change_password(login.account, form.password.data, keep=login.session.id)
    except Invalid as refused:
        form.add_problems(refused)
        return _password_page(form, refused.status)
    if not second_factor.is_set_up(login.account.id):  # the password alone proves no more than the password
        login.session.auth_time = clock.now()
    flash_success(_("Your password is changed. Every other device is signed out."))
    return _back()


@blueprint.get("/account/authenticator")
@_fresh_only
def authenticator() -> ResponseReturnValue:
    """Set up an app that shows codes."""
    return _authenticator_page(AuthenticatorForm(formdata=None, begun=totp.begin()))


@blueprint.post("/account/authenticator")
@_fresh_only
def confirm_authenticator() -> ResponseReturnValue:
    """The first code of the app."""
    form, account = AuthenticatorForm(), _login().account
    try:
        if not form.validate_on_submit():
            return _authenticator_page(form, 422)
        totp.confirm(account.id, form.begun.data, form.code.data)
    except InvalidToken:
        return redirect(url_for("provider_account.authenticator"), 303)
    except Invalid as refused:
        form.code.errors = [refused.message]
        return _authenticator_page(form, refused.status)
    recovery.tell_app_added(account)
    flash_success(_("The app is set up. From now on signing in asks for its code."))
    return _with_codes(["otp"])


@blueprint.post("/account/authenticator/remove")
@_fresh_only
def remove_authenticator() -> ResponseReturnValue:
    """Sign in without the app again."""
    account = _login().account
    if not passkeys.list_passkeys(account.id):
        _refuse_last(account)
    if totp.remove(account.id):
        _removed(account, _("The authenticator app was removed"))
    return _back()


@blueprint.post("/account/passkeys/begin")
@_fresh_only
def begin_add_passkey() -> ResponseReturnValue:
    """What the browser needs to make a passkey."""
    return ceremony_json(passkeys.begin_registration(_login().account))


@blueprint.post("/account/passkeys")
@_fresh_only
def add_passkey() -> ResponseReturnValue:
    """The new passkey."""
    form, account = PasskeyForm(), _login().account
    try:
        require_answer(form)
        made = passkeys.finish_registration(account, form.ceremony.data, form.credential.data, form.name.data or "")
    except PlatformError as refused:
        flash(refused.message, "danger")
        return _back()
    recovery.tell_passkey_added(account, made.name)
    flash_success(_("The passkey “%(name)s” is ready. You can sign in with it alone.", name=made.name))
    return _with_codes(passkeys.methods_of(made)[:2])


@blueprint.post("/account/passkeys/<uuid:passkey_id>/rename")
@_owner_only
def rename_passkey(passkey_id: UUID) -> ResponseReturnValue:
    """Another name, to tell passkeys apart."""
    form = NameForm()
    if form.validate_on_submit():
        passkeys.rename_passkey(_login().account.id, passkey_id, form.name.data)
    return _back()


@blueprint.post("/account/passkeys/<uuid:passkey_id>/remove")
@_fresh_only
def remove_passkey(passkey_id: UUID) -> ResponseReturnValue:
    """Sign in with this passkey no more."""
    account = _login().account
    if len(passkeys.list_passkeys(account.id)) == 1 and totp.find(account.id) is None:
        _refuse_last(account)
    passkeys.remove_passkey(account.id, passkey_id)
    _removed(account, _("A passkey was removed"))
    return _back()


@blueprint.post("/account/recovery-codes")
@_fresh_only
def renew_recovery_codes() -> ResponseReturnValue:
    """Ten new codes; the earlier ones are good no more."""
    account = _login().account
    if not second_factor.is_set_up(account.id):
        raise Conflict(_("Recovery codes are for accounts with a second factor. Set one up first."))
    audit.record(ANONYMOUS, "provider:renew_recovery_codes", ("provider_account", account.id))
    return _codes_page(account)


@blueprint.post("/account/sessions/<uuid:session_id>/end")
@_owner_only
def end_session(session_id: UUID) -> ResponseReturnValue:
    """Sign one device out, here and in every application that it used."""
    if session_id not in {each.id for each in services.list_sessions(_login().account.id)}:
        raise NotFound(_("This device is signed out already."))
    services.end_session(session_id)
    flash_success(_("That device is signed out."))
    return _back()


@blueprint.post("/account/sessions/end-others")
@_owner_only
def end_other_sessions() -> ResponseReturnValue:
    """Sign every other device out."""
    ended = services.end_sessions_of(_login().account.id, keep=_login().session.id)
    flash_success(_n("%(num)s other device is signed out.", "%(num)s other devices are signed out.", ended))
    return _back()


@blueprint.get("/account/history")
@_owner_only
def sign_in_history() -> ResponseReturnValue:
    """Sign-ins and tries of ninety days."""
    return render_template(f"{PAGES}history.html", tries=history.list_tries(_login().account.id, page_number()),
                           account=_login().account)


@blueprint.post("/account/consents/<uuid:consent_id>/withdraw")
@_owner_only
def withdraw_consent(consent_id: UUID) -> ResponseReturnValue:
    """An application is to know and do nothing more."""
    services.withdraw_consent(_login().account.id, consent_id)
    flash_success(_("That application has no access to your account any more."))
    return _back()


def _login() -> Login:
    login: Login = g.login
    return login


def _back() -> ResponseReturnValue:
    return redirect(url_for("provider_account.security"), 303)


def _confirmed() -> ResponseReturnValue:
    _login().session.auth_time = clock.now()
    return redirect(safe_next(request.args.get("next") or url_for("provider_account.security")), 303)


def _confirm_page(form: ConfirmForm, status: int) -> ResponseReturnValue:
    account = _login().account
    return render_template(f"{PAGES}confirm.html", form=form, account=account,
                           needs_code=second_factor.is_set_up(account.id),
                           has_passkey=bool(passkeys.list_passkeys(account.id))), status


def _password_page(form: ChangePasswordForm, status: int) -> ResponseReturnValue:
    return render_template(f"{PAGES}change_password.html", form=form, account=_login().account), status


def _authenticator_page(form: AuthenticatorForm, status: int = 200) -> ResponseReturnValue:
    begun, account = form.begun.data or totp.begin(), _login().account
    address = totp.address_of(begun, account.username, _("Learning and Assessment"))
    return render_template(f"{PAGES}authenticator.html", form=form, picture=totp.picture_of(address),
                           secret=totp.secret_of(begun), again=totp.find(account.id) is not None), status


def _with_codes(methods: list[str]) -> ResponseReturnValue:
    """After a new second factor: the session has shown it; recovery codes, where there are none left."""
    account, session = _login().account, _login().session
    audit.record(ANONYMOUS, "provider:add_second_factor", ("provider_account", account.id))
    session.amr = [*dict.fromkeys([*session.amr, *methods, "mfa"])]
    return _back() if recovery_codes.count_left(account.id) else _codes_page(account)


def _codes_page(account: ProviderAccount) -> ResponseReturnValue:
    return render_template(f"{PAGES}recovery_codes.html", codes=recovery_codes.make_codes(account.id),
                           action=url_for("provider_account.security"), door=False)


def _refuse_last(account: ProviderAccount) -> None:
    if second_factor.is_required(account):
        raise Conflict(_("Your role must have a second factor. Add another one before you remove the last."))


def _removed(account: ProviderAccount, what: str) -> None:
    """Codes without a second factor open nothing, and would be forgotten in a drawer."""
    if not second_factor.is_set_up(account.id):
        recovery_codes.remove_codes(account.id)
    audit.record(ANONYMOUS, "provider:remove_second_factor", ("provider_account", account.id))
    recovery.tell(account, what, _("A second factor of your account “%(username)s” was removed.",
                                   username=account.username))
    flash_success(what + ".")
