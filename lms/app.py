"""create_app: the one module that knows every room.

A room is a package with the same file names everywhere; what it has is mounted: `views.blueprint`,
`api.blueprint`, `cli.commands`. Below the list of rooms stand the two things that only the roof can know:
which addresses are open to people who have not signed in, and what each role finds in the navigation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
from flask import Blueprint, Flask, current_app, url_for
from flask_migrate import Migrate

from lms.core import api, assets, broker, db, i18n, icons, logs, storage, switches, web
from lms.core import views as core_views
from lms.core.config import Settings, read_settings
from lms.core.i18n import _
from lms.core.permissions import may

ROOT = Path(__file__).parents[1]

ROOMS = (
    "lms.organisations", "lms.curriculum", "lms.identity", "lms.identity.people", "lms.identity.provider",
    "search",
    "content_repo.files", "content_repo.media", "content_repo.works", "content_repo.curation",
    "assessment.bank", "assessment.interchange", "assessment.assembly", "assessment.delivery",
    "assessment.marking", "assessment.analysis",
    "lms.audit", "lms.access", "lms.home",
)

OPEN_ENDPOINTS = frozenset({
    "core.stored_object", "core.health", "core.metrics", "core.set_language", "core.set_theme",
    "npm", "shell.static", "openapi", "api_docs",
    "home.index", "home.static", "works.static",
    "identity.sign_in", "identity.start", "identity.callback", "identity.sign_out", "identity.signed_out",
    "identity.back_channel_logout",
    "works.browse", "works.show", "works.open_file",
    "works_api.Works", "works_api.WorkById", "works_api.list_kinds",
    "curation.list_collections", "curation.show_collection",
    "files.static", "media.static", "media.show_master", "media.show_rendition", "media.show_progress",
    "item_media.show_media",
    "search.index", "search.static", "search_api.search",
    "delivery_api.save_events", "delivery_api.get_state",
    "delivery_api.begin_file", "delivery_api.record_evidence", "delivery_api.append_file", "delivery_api.get_file",
    "delivery_api.get_recording", "delivery_api.get_notices", "delivery.show_picture",
    "delivery.show_roots", "delivery.download_roots",
    "identity.static", "provider.discovery", "provider.keys", "provider.authorize", "provider.log_in", "provider.token",
    "provider.userinfo", "provider.end_session", "provider.confirm_end_session", "provider.session_ended",
    "provider.consent", "provider.introspect", "provider.revoke",
    "provider_account.second_factor", "provider_account.begin_second_passkey",
    "provider_account.check_second_passkey", "provider_account.begin_passkey", "provider_account.sign_in_by_passkey",
    "provider_account.enrol", "provider_account.enrol_authenticator", "provider_account.begin_enrol_passkey",
    "provider_account.enrol_passkey", "provider_account.finish_enrolment", "provider_account.forgotten",
    "provider_account.open_reset", "provider_account.reset", "provider_account.security", "provider_account.confirm",
    "provider_account.begin_confirm_passkey", "provider_account.confirm_by_passkey",
    "provider_account.change_password", "provider_account.authenticator", "provider_account.confirm_authenticator",
    "provider_account.remove_authenticator", "provider_account.begin_add_passkey", "provider_account.add_passkey",
    "provider_account.rename_passkey", "provider_account.remove_passkey", "provider_account.renew_recovery_codes",
    "provider_account.end_session", "provider_account.end_other_sessions", "provider_account.sign_in_history",
    "provider_account.withdraw_consent",
})


LARGE_BODIES: dict[str, tuple[str, int | None]] = {
    "files.append_to_upload": ("file:upload", None),
    "works.files": ("file:upload", None),
    "item_media.keep": ("item:create", 31 * 1024**2),
    **dict.fromkeys(("bank.create_item", "bank.revise_item", "bank.read_paste"), ("item:create", 12 * 1024**2)),
    "bank.create_stimulus": ("item:create", 32 * 1024**2),
    "bank.revise_stimulus": ("item:create", 32 * 1024**2),
    "interchange.upload": ("import:stage", 201 * 1024**2),
    "interchange_api.import_items": ("import:stage", 201 * 1024**2),
}
"""Addresses that take files: who may send them there, and how many bytes (None: as many as an upload)."""


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation."""

    key: str
    label: str
    url: str
    icon: str


NAVIGATION: tuple[tuple[str, str, Callable[[], str], str, frozenset[str]], ...] = (
    # key, endpoint, label, icon, roles ("" is everybody)
    ("search", "search.index", lambda: _("Search"), "search", frozenset({""})),
    ("collections", "curation.list_collections", lambda: _("Collections"), "collection", frozenset({""})),
    ("my-exams", "delivery.list_my_exams", lambda: _("My exams"), "pencil-square", frozenset({"student"})),
    ("works", "works.list_mine", lambda: _("My materials"), "journal-richtext", frozenset({"teacher", "librarian"})),
    ("curation", "curation.queue", lambda: _("Review queue"), "inboxes", frozenset({"librarian", "administrator"})),
    ("bank", "bank.list_items", lambda: _("Question bank"), "patch-question", frozenset({"teacher"})),
    ("exams", "delivery.list_exams", lambda: _("Exams"), "clipboard-check", frozenset({"teacher"})),
    ("watch", "delivery.list_rooms_to_watch", lambda: _("Exam rooms"), "door-open", frozenset({"teacher"})),
    ("boards", "delivery.list_standings", lambda: _("Exam boards"), "speedometer2", frozenset({"administrator"})),
    ("organisations", "organisations.index", lambda: _("Organisations"), "diagram-3",
     frozenset({"teacher", "librarian", "administrator"})),
    ("people", "people.index", lambda: _("People"), "people", frozenset({"administrator"})),
    ("clients", "provider_admin.list_clients", lambda: _("Connected systems"), "plug", frozenset({"administrator"})),
    ("accounts", "provider_admin.list_accounts", lambda: _("Education accounts"), "person-badge",
     frozenset({"administrator"})),
    ("jobs", "core.list_jobs", lambda: _("Jobs"), "gear", frozenset({"administrator"})),
    ("switches", "core.list_features", lambda: _("Switches"), "toggles", frozenset({"administrator"})),
    ("mailbox", "mailbox.show", lambda: _("Mailbox"), "envelope", frozenset({"administrator"})),
    ("permissions", "access.show_table", lambda: _("Permissions"), "key", frozenset({"administrator"})),
    ("audit", "audit.list_events", lambda: _("Audit"), "shield-check", frozenset({"administrator"})),
)

KEPT_BY = {"jobs": "job:manage", "switches": "switch:manage",
           "mailbox": "mail:read", "clients": "provider:manage", "accounts": "provider:manage"}
"""Entries that a role alone does not show: the permission without which their pages are closed."""


def create_app(given: Settings | None = None) -> Flask:
    """The whole platform as one Flask application."""
    given = given or read_settings()
    app = Flask("lms", root_path=str(ROOT / "lms"), static_folder=None)
    app.extensions["lms.settings"] = given
    logs.init_app(given)
    db.init_app(app, given)
    i18n.init_app(app, ROOT)
    storage.init_app(app, given)
    web.init_app(app, given, OPEN_ENDPOINTS, LARGE_BODIES)
    switches.init_app(app)
    Migrate(app, db.db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    _mount_shell(app)
    _mount_rooms(app)
    _set_wake(app)
    return app


def parts(name: str) -> list[Any]:
    """The module `name` of every room that has one, in the order of the rooms."""
    found = [f"{room}.{name}" for room in ROOMS if find_spec(room) and find_spec(f"{room}.{name}")]
    return [import_module(path) for path in found]


def _mount_shell(app: Flask) -> None:
    shell = ROOT / "lms" / "shell"
    app.register_blueprint(Blueprint("shell", "lms.shell", root_path=str(shell), template_folder="templates",
                                     static_folder="static", static_url_path="/static/shell"))
    app.add_url_rule("/npm/<path:path>", "npm", core_views.serve_npm)
    app.register_blueprint(core_views.blueprint)
    icons.init_app(app)
    assets.init_app(app)
    app.context_processor(lambda: {"navigation": navigation, "LOCALES": i18n.LOCALES,
                                   "locale": i18n.current_locale(), "has_page": has_page})


def _mount_rooms(app: Flask) -> None:
    for kind in ("models", "permissions"):
        parts(kind)
    for module in parts("views"):
        app.register_blueprint(module.blueprint)
    api.init_app(app, [module.blueprint for module in parts("api")])
    for module in parts("setup"):
        module.init_app(app)
    for module in parts("cli"):
        _add_commands(app, module.commands)


def _add_commands(app: Flask, group: click.Group) -> None:
    """A group of commands; rooms that name the same one share it."""
    known = app.cli.commands.get(group.name or "")
    if not isinstance(known, click.Group):
        app.cli.add_command(group)
        return
    for command in group.commands.values():
        known.add_command(command)


def _set_wake(app: Flask) -> None:
    """Let jobs wake a worker; the message needs the broker's address only."""
    app.extensions["lms.wake"] = broker.wake(app.extensions["lms.settings"])


def has_page(endpoint: str) -> bool:
    """Whether the room of this page is mounted, so that a shared template may link to it."""
    return endpoint in current_app.view_functions


def navigation() -> list[NavItem]:
    """What the person who asks finds in the navigation."""
    actor = web.current_actor()
    known = set(actor.roles) | {""}
    return [NavItem(key, label(), url_for(endpoint), icon) for key, endpoint, label, icon, roles in NAVIGATION
            if roles & known and has_page(endpoint) and (key not in KEPT_BY or may(actor, KEPT_BY[key]))]
