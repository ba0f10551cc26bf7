"""Pages of the log-in beside the password: second factor, passkey, setting one up, a forgotten password."""

from flask import Blueprint, Response, after_this_request, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core import audit, mail
from lms.core.config import settings
from lms.core.errors import Invalid, PlatformError
from lms.core.i18n import _
from lms.core.permissions import ANONYMOUS
from lms.core.signing import InvalidToken
from lms.identity.provider import passkeys, recovery, recovery_codes, second_factor, totp
from lms.identity.provider.credential_forms import (
    AuthenticatorForm,
    CodeForm,
    ForgottenForm,
    NewPasswordForm,
    PasskeyForm,
)
from lms.identity.provider.flow import carry
from lms.identity.provider.forms import LoginForm
from lms.identity.provider.models import ProviderAccount
from lms.identity.provider.views import finish_log_in, login_page, only_when_bundled

blueprint = Blueprint("provider_account", __name__, url_prefix="/oidc", template_folder="../templates")
blueprint.before_request(only_when_bundled)
PAGES = "lms/identity/provider/"
RESET_COOKIE = "lms_reset"


@blueprint.app_context_processor
def say_what_is_offered() -> dict[str, object]:
    """What the log-in page may offer, and the platform's own account page."""
    return {"passkeys_available": passkeys.is_available, "can_mail": mail.can_send, "carry": carry,
            "has_own_provider": lambda: settings().bundled_provider}


@blueprint.route("/second-factor", methods=["GET", "POST"], endpoint="second_factor")
def second_factor_page() -> ResponseReturnValue:
    """Ask for a code; the passkey's button stands on the same page."""
    pending, form = second_factor.find_pending(), CodeForm()
    if pending is None or pending.enrol:
        return redirect(_first_page())
    if request.method == "GET" or not form.validate_on_submit():
        return _second_factor_page(pending.account, form)
    try:
        methods = second_factor.check_code(pending.account, form.code.data)
    except PlatformError as refused:
        form.code.errors = [refused.message]
        return _second_factor_page(pending.account, form, refused.status)
    return _finish(pending.account, [*pending.amr, *methods])


@blueprint.post("/second-factor/passkey/begin")
def begin_second_passkey() -> ResponseReturnValue:
    """What the browser needs to ask for one of this account's passkeys."""
    pending = second_factor.find_pending()
    if pending is None:
        raise Invalid(_("That took too long, or was answered already. Please try again."))
    return ceremony_json(passkeys.begin_check(pending.account.id))


@blueprint.post("/second-factor/passkey")
def check_second_passkey() -> ResponseReturnValue:
    """The passkey's answer, after the password."""
    pending, form = second_factor.find_pending(), PasskeyForm()
    if pending is None or pending.enrol:
        return redirect(_first_page(), 303)
    try:
        require_answer(form)
        passkey = passkeys.finish_check(pending.account.id, form.ceremony.data, form.credential.data)
    except Invalid as refused:
        second_factor.note_wrong(pending.account.id, "passkey")
        return _second_factor_page(pending.account, CodeForm(formdata=None), refused.status, refused.message)
    return _finish(pending.account, [*pending.amr, *passkeys.methods_of(passkey)])


@blueprint.post("/passkey/begin")
def begin_passkey() -> ResponseReturnValue:
    """What the browser needs to ask for any passkey of this platform."""
    return ceremony_json(passkeys.begin_check(None))


@blueprint.post("/passkey")
def sign_in_by_passkey() -> ResponseReturnValue:
    """Somebody signs in with nothing but a passkey."""
    form = PasskeyForm()
    try:
        require_answer(form)
        passkey = passkeys.finish_check(None, form.ceremony.data, form.credential.data)
        account = second_factor.open_account(passkey.account_id)
    except Invalid as refused:
        login = LoginForm(formdata=None)
        login.form_errors.append(refused.message)
        return login_page(login, refused.status)
    return _finish(account, passkeys.methods_of(passkey))


@blueprint.get("/enrol")
def enrol() -> ResponseReturnValue:
    """Somebody whose role must have a second factor sets one up before he is let in."""
    pending = second_factor.find_pending()
    if pending is None or not pending.enrol:
        return redirect(_first_page())
    return _enrol_page(pending.account, AuthenticatorForm(formdata=None, begun=totp.begin()))


@blueprint.post("/enrol")
def enrol_authenticator() -> ResponseReturnValue:
    """The first code of the new app."""
    pending, form = second_factor.find_pending(), AuthenticatorForm()
    if pending is None or not pending.enrol:
        return redirect(_first_page(), 303)
    try:
        if not form.validate_on_submit():
            return _enrol_page(pending.account, form, 422)
        totp.confirm(pending.account.id, form.begun.data, form.code.data)
        recovery.tell_app_added(pending.account)
    except InvalidToken:
        return redirect(carry("provider_account.enrol"), 303)
    except Invalid as refused:
        form.code.errors = [refused.message]
        return _enrol_page(pending.account, form, refused.status)
    return _enrolled(pending, "otp")


@blueprint.post("/enrol/passkey/begin")
def begin_enrol_passkey() -> ResponseReturnValue:
    """What the browser needs to make the first passkey."""
    pending = second_factor.find_pending()
    if pending is None or not pending.enrol:
        raise Invalid(_("That took too long, or was answered already. Please try again."))
    return ceremony_json(passkeys.begin_registration(pending.account))


@blueprint.post("/enrol/passkey")
def enrol_passkey() -> ResponseReturnValue:
    """The new passkey."""
    pending, form = second_factor.find_pending(), PasskeyForm()
    if pending is None or not pending.enrol:
        return redirect(_first_page(), 303)
    try:
        require_answer(form)
        made = passkeys.finish_registration(pending.account, form.ceremony.data, form.credential.data,
                                            form.name.data or "")
    except PlatformError as refused:
        begun = AuthenticatorForm(formdata=None, begun=totp.begin())
        return _enrol_page(pending.account, begun, refused.status, refused.message)
    recovery.tell_passkey_added(pending.account, made.name)
    return _enrolled(pending, *passkeys.methods_of(made)[:2])


@blueprint.post("/enrol/done")
def finish_enrolment() -> ResponseReturnValue:
    """The codes are written down: in."""
    pending = second_factor.find_pending()
    if pending is None or "mfa" not in pending.amr:
        return redirect(_first_page(), 303)
    return _finish(pending.account, list(pending.amr))


@blueprint.route("/forgotten", methods=["GET", "POST"])
def forgotten() -> ResponseReturnValue:
    """Ask for a link by mail; the answer is the same for everybody."""
    form = ForgottenForm()
    if not mail.can_send() or request.method == "GET" or not form.validate_on_submit():
        return render_template(f"{PAGES}forgotten.html", form=form, sent=False), 422 if form.errors else 200
    try:
        recovery.ask_for_link(form.identifier.data)
    except PlatformError as refused:
        form.form_errors.append(refused.message)
        return render_template(f"{PAGES}forgotten.html", form=form, sent=False), refused.status
    return render_template(f"{PAGES}forgotten.html", form=form, sent=True)


@blueprint.get("/reset")
def open_reset() -> ResponseReturnValue:
    """The link of the mail. Its token goes from the address into a cookie, so that no page shows or passes it on."""
    token = request.args.get("token", "")
    if token:
        response = redirect(url_for("provider_account.open_reset"))
        _set_reset_cookie(token[:100])
        return response
    return _reset_page(NewPasswordForm(formdata=None))


@blueprint.post("/reset")
def reset() -> ResponseReturnValue:
    """The new password; then as after any right password."""
    form = NewPasswordForm()
    if not form.validate_on_submit():
        return _reset_page(form, 422)
    try:
        account = recovery.reset_password(request.cookies.get(RESET_COOKIE, ""), form.password.data)
    except Invalid as refused:
        form.add_problems(refused)
        return _reset_page(form, refused.status)
    _set_reset_cookie("")
    return second_factor.next_step(account, ["pwd"]) or finish_log_in(account, ["pwd"])


def _finish(account: ProviderAccount, amr: list[str]) -> ResponseReturnValue:
    second_factor.note_done(account, amr)
    return finish_log_in(account, amr)


def _enrolled(pending: second_factor.Pending, *methods: str) -> ResponseReturnValue:
    """A second factor is set up: show the recovery codes, once, before going on."""
    audit.record(ANONYMOUS, "provider:add_second_factor", ("provider_account", pending.account.id))
    second_factor.put_pending(pending.account, [*pending.amr, *methods, "mfa"], enrol=False)
    return render_template(f"{PAGES}recovery_codes.html", codes=recovery_codes.make_codes(pending.account.id),
                           action=carry("provider_account.finish_enrolment"), door=True)


def _enrol_page(account: ProviderAccount, form: AuthenticatorForm, status: int = 200,
                passkey_error: str = "") -> ResponseReturnValue:
    address = totp.address_of(form.begun.data, account.username, _("Learning and Assessment"))
    return render_template(f"{PAGES}enrol.html", form=form, picture=totp.picture_of(address),
                           secret=totp.secret_of(form.begun.data), passkey_error=passkey_error), status


def _second_factor_page(account: ProviderAccount, form: CodeForm, status: int = 200,
                        passkey_error: str = "") -> ResponseReturnValue:
    status = 422 if form.errors and status == 200 else status
    has_app = totp.find(account.id) is not None
    if not has_app:
        form.code.label.text = _("Recovery code")
    return render_template(
        f"{PAGES}second_factor.html", form=form, has_app=has_app,
        has_passkey=bool(passkeys.list_passkeys(account.id)), passkey_error=passkey_error,
        has_codes=recovery_codes.count_left(account.id) > 0), status


def _reset_page(form: NewPasswordForm, status: int = 200) -> ResponseReturnValue:
    account = recovery.find_reset(request.cookies.get(RESET_COOKIE, ""))
    if account is None:
        return render_template(f"{PAGES}reset_over.html"), 404
    return render_template(f"{PAGES}new_password.html", form=form, account=account), status


def _set_reset_cookie(token: str) -> None:
    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(RESET_COOKIE, token, path="/oidc/reset", max_age=1800 if token else 0, httponly=True,
                            samesite="Lax", secure=settings().base_url.startswith("https://"))
        return response


def _first_page() -> str:
    """Back to the password with the client's request, or to the account's own page where there is none."""
    return carry("provider.authorize") if "client_id" in request.args else url_for("provider_account.security")


def ceremony_json(ceremony: passkeys.Ceremony) -> ResponseReturnValue:
    """For the script that asks the browser."""
    return jsonify(ceremony=ceremony.id, options=ceremony.options)


def require_answer(form: PasskeyForm) -> None:
    """Raise Invalid where the script sent nothing that can be looked at."""
    if not form.validate_on_submit():
        raise Invalid(_("The passkey was not used. Please try again."))
