"""Pages of the ministry's administrators: connected systems and how they are used, and accounts."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.config import settings
from lms.core.errors import Invalid, NotFound
from lms.core.i18n import _
from lms.core.permissions import authorize
from lms.core.web import current_actor, flash_success, page_number, recent_sign_in
from lms.identity.provider import second_factor, services
from lms.identity.provider.admin_forms import SCOPE_LABELS, AccountForm, ClientForm
from lms.identity.provider.models import KINDS, PROGRAM, WEB, ProviderClient
from lms.identity.provider.views import only_when_bundled
from lms.identity.services.bearers import recognise_program

blueprint = Blueprint("provider_admin", __name__, url_prefix="/admin", template_folder="../templates")
PAGES = "lms/identity/provider/admin"


@blueprint.before_request
def only_administrators() -> None:
    """Nobody else learns whether there is such a provider, nor is asked for a fresh sign-in in vain."""
    authorize(current_actor(), "provider:manage")
    only_when_bundled()


@blueprint.get("/clients")
def list_clients() -> str:
    """All connected systems, the platform itself at the top."""
    rows = services.list_clients(current_actor())
    own = services.get_client_use(current_actor(), settings().oidc_client_id)
    return render_template(f"{PAGES}/clients.html", rows=rows, own=own, own_id=settings().oidc_client_id,
                           discovery=f"{settings().issuer}/.well-known/openid-configuration")


@blueprint.get("/clients/platform")
def show_platform() -> str:
    """How the platform itself uses its own provider."""
    use = services.get_client_use(current_actor(), settings().oidc_client_id)
    return render_template(f"{PAGES}/client.html", client=None, use=use, scope_labels=SCOPE_LABELS,
                           client_id=settings().oidc_client_id, issuer=settings().issuer)


@blueprint.get("/clients/<uuid:client_id>")
def show_client(client_id: UUID) -> str:
    """One system: what it may, and how it is used."""
    client = services.get_client(current_actor(), client_id)
    return render_template(f"{PAGES}/client.html", client=client, client_id=client.client_id, issuer=settings().issuer,
                           use=services.get_client_use(current_actor(), client.client_id), scope_labels=SCOPE_LABELS)


@blueprint.route("/clients/new", methods=["GET", "POST"])
@recent_sign_in()
def new_client() -> ResponseReturnValue:
    """Register a system; its secret is shown once."""
    kind = request.args.get("kind", WEB)
    if kind not in KINDS:
        raise NotFound(_("There is no such kind of application."))
    form = ClientForm(kind)
    if not form.is_submitted():
        form.scopes.data = ["api"] if kind == PROGRAM else list(services.DEFAULT_SCOPES)
    if form.validate_on_submit():
        try:
            made = services.register_client(current_actor(), form.client_id.data or "", form.draft())
        except Invalid as refused:
            form.add_problems(refused)
        else:
            return _shown_once(made)
    return _client_form(form, kind)


@blueprint.route("/clients/<uuid:client_id>/edit", methods=["GET", "POST"])
@recent_sign_in()
def edit_client(client_id: UUID) -> ResponseReturnValue:
    """Change what was registered."""
    row = services.get_client(current_actor(), client_id)
    form = ClientForm(row.kind, row)
    if form.validate_on_submit():
        try:
            _know_program(services.edit_client(current_actor(), client_id, form.draft()))
        except Invalid as refused:
            form.add_problems(refused)
        else:
            flash_success(_("The application is changed."))
            return redirect(url_for("provider_admin.show_client", client_id=client_id))
    return _client_form(form, row.kind, row.name, client_id)


@blueprint.post("/clients/<uuid:client_id>/secret")
@recent_sign_in()
def rotate_secret(client_id: UUID) -> ResponseReturnValue:
    """A new secret, shown once; the old one is good for another week."""
    return _shown_once(services.rotate_secret(current_actor(), client_id))


@blueprint.post("/clients/<uuid:client_id>/revoke")
@recent_sign_in()
def revoke_client(client_id: UUID) -> ResponseReturnValue:
    """Shut a system out; what it holds ends at once."""
    services.revoke_client(current_actor(), client_id)
    flash_success(_("The application is shut out, and all its tokens have ended."))
    return redirect(url_for("provider_admin.show_client", client_id=client_id))


@blueprint.get("/accounts")
def list_accounts() -> str:
    """All accounts, or those that are searched for."""
    text = request.args.get("q", "").strip()[:100]
    page = services.list_accounts(current_actor(), text=text, page=page_number())
    return render_template(f"{PAGES}/accounts.html", page=page, text=text)


@blueprint.get("/accounts/<uuid:account_id>")
def show_account(account_id: UUID) -> str:
    """One account: what is claimed, where it is signed in."""
    account = services.get_account(current_actor(), account_id)
    return render_template(f"{PAGES}/account.html", account=account, sessions=services.list_sessions(account.id),
                           has_second_factor=second_factor.is_set_up(account.id))


@blueprint.route("/accounts/new", methods=["GET", "POST"])
@recent_sign_in()
def new_account() -> ResponseReturnValue:
    """Make an account; its first password is shown once."""
    form = AccountForm()
    if form.validate_on_submit():
        try:
            account, password = services.create_account(current_actor(), form.draft())
        except Invalid as refused:
            form.add_problems(refused)
        else:
            return render_template(f"{PAGES}/password.html", account=account, password=password)
    return _account_form(form)


@blueprint.route("/accounts/<uuid:account_id>/edit", methods=["GET", "POST"])
@recent_sign_in()
def edit_account(account_id: UUID) -> ResponseReturnValue:
    """Change what is claimed about somebody."""
    row = services.get_account(current_actor(), account_id)
    form = AccountForm(obj=row)
    del form.username
    if form.validate_on_submit():
        try:
            services.edit_account(current_actor(), account_id, form.draft())
        except Invalid as refused:
            form.add_problems(refused)
        else:
            flash_success(_("The account is changed. Roles and school hold from the next sign-in."))
            return redirect(url_for("provider_admin.show_account", account_id=account_id))
    return _account_form(form, row.username, account_id)


@blueprint.post("/accounts/<uuid:account_id>/password")
@recent_sign_in()
def reset_password(account_id: UUID) -> str:
    """A new password, shown once."""
    password = services.give_new_password(current_actor(), account_id)
    account = services.get_account(current_actor(), account_id)
    return render_template(f"{PAGES}/password.html", account=account, password=password)


@blueprint.post("/accounts/<uuid:account_id>/second-factor")
@recent_sign_in()
def reset_second_factor(account_id: UUID) -> ResponseReturnValue:
    """Take away an app, passkeys and codes that were lost."""
    second_factor.reset(current_actor(), account_id)
    flash_success(_("The account has no second factor any more."))
    return redirect(url_for("provider_admin.show_account", account_id=account_id))


@blueprint.post("/accounts/<uuid:account_id>/close")
@recent_sign_in()
def close_account(account_id: UUID) -> ResponseReturnValue:
    """Nobody signs in with it any more."""
    services.close_account(current_actor(), account_id)
    flash_success(_("The account is closed, and signed out everywhere."))
    return redirect(url_for("provider_admin.show_account", account_id=account_id))


@blueprint.post("/accounts/<uuid:account_id>/reopen")
@recent_sign_in()
def reopen_account(account_id: UUID) -> ResponseReturnValue:
    """It may sign in again."""
    services.reopen_account(current_actor(), account_id)
    flash_success(_("The account is open again."))
    return redirect(url_for("provider_admin.show_account", account_id=account_id))


def _know_program(row: ProviderClient) -> None:
    if row.kind == PROGRAM:
        recognise_program(row)


def _shown_once(made: services.NewClient) -> str:
    _know_program(made.client)
    return render_template(f"{PAGES}/secret.html", client=made.client, secret=made.secret, issuer=settings().issuer)


def _client_form(form: ClientForm, kind: str, name: str = "", client_id: UUID | None = None) -> ResponseReturnValue:
    page = render_template(f"{PAGES}/client_form.html", form=form, kind=kind, kinds=KINDS, name=name,
                           client_id=client_id)
    return page, 422 if form.errors else 200


def _account_form(form: AccountForm, username: str = "", account_id: UUID | None = None) -> ResponseReturnValue:
    page = render_template(f"{PAGES}/account_form.html", form=form, username=username, account_id=account_id)
    return page, 422 if form.errors else 200
