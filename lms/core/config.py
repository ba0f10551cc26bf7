"""Settings: read once from the environment, documented here, printed by `bin/lms settings`.

The *size* gives the defaults; every one of them can be set by itself. The defaults that are secrets
work on loopback only: `check_production` refuses them anywhere else.
"""

import os
from base64 import b64decode
from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from flask import current_app

DEVELOPMENT_SECRET = "development-only-secret"  # noqa: S105  refused outside loopback
SIZES = ("embedded", "full")
RECEIPT_KEY_BYTES = 32
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class SettingsError(ValueError):
    """A setting is missing or cannot be used; the message names the variable."""


def setting(doc: str, default: Any = "", *, secret: bool = False) -> Any:
    """A field that remembers what it means and whether its value may be shown."""
    return field(default=default, repr=not secret, metadata={"doc": doc, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """Every setting of the platform; the variable of `field_name` is `LMS_FIELD_NAME`."""

    size: str = setting("`embedded` (nothing to install by hand) or `full` (the data centre)", "embedded")
    environment: str = setting("`development` or `production`; production refuses default secrets", "development")
    data_folder: Path = setting("where the embedded size keeps all that it stores", Path("var/data"))
    base_url: str = setting("the address people type, without a trailing slash", "http://localhost:8080")
    secret_key: str = setting("signs cookies and tokens", DEVELOPMENT_SECRET, secret=True)
    secret_key_previous: str = setting("still accepted while a new secret is rolled out", "", secret=True)
    database_url: str = setting("SQLAlchemy address of the main database", "", secret=True)
    events_url: str = setting("SQLAlchemy address of the exam's event log", "", secret=True)
    redis_url: str = setting("Redis: the broker of wake-ups, and sign-ins remembered for a minute (full size)", "",
                             secret=True)
    elasticsearch_url: str = setting("Elasticsearch (full size)")
    elasticsearch_prefix: str = setting("what the names of our indices begin with", "lms")
    s3_endpoint: str = setting("address of the S3 service (full size)")
    s3_region: str = setting("region that requests are signed for", "us-east-1")
    s3_bucket: str = setting("bucket of all objects", "lms")
    s3_access_key: str = setting("S3 access key", "", secret=True)
    s3_secret_key: str = setting("S3 secret key", "", secret=True)
    oidc_issuer: str = setting("OpenID provider; empty means the bundled one at `<base_url>/oidc`")
    oidc_client_id: str = setting("our client id at the provider", "lms")
    oidc_client_secret: str = setting("our client secret at the provider", DEVELOPMENT_SECRET, secret=True)
    oidc_role_claim: str = setting("claim that lists a person's roles", "roles")
    oidc_organisation_claim: str = setting("claim with the code of a person's school", "organisation")
    providers_file: str = setting("TOML file of further OpenID providers, and of how claims are read; empty: none")
    idle_minutes: int = setting("minutes without a request after which a sign-in ends", 720)
    administrator_idle_minutes: int = setting("the same for administrators; 0: 5 in production, 30 elsewhere", 0)
    provider_key_days: int = setting("days after which the bundled provider changes its signing key", 90)
    second_factor_roles: str = setting("roles that must have a second factor at the bundled provider, with commas; "
                                       "empty: `administrator` in production, none in development; `none`: nobody")
    password_length: int = setting("least characters of a new password; security level 3 asks 14, or 8 where everybody "
                                   "has a second factor", 10)
    breached_passwords: str = setting("file of SHA-1 hashes of breached passwords, sorted (Have I Been Pwned's form); "
                                       "empty: not asked")
    bank_keys: str = setting("keys of secure question banks, `name:base64 of 32 bytes` with commas, the one for new "
                             "content first; or `@/path/of/a/file` with one a line. Production keeps no secure bank "
                             "without", "", secret=True)
    receipt_keys: str = setting("keys that sign receipts of exams, base64 of 32 bytes each, with commas, the one that "
                                "signs now first; empty: made from LMS_SECRET_KEY", "", secret=True)
    argon2_memory: int = setting("KiB of memory that one password hash takes", 32768)
    argon2_passes: int = setting("passes of one password hash over its memory", 3)
    smtp_url: str = setting("`smtp://user:password@host:587` (STARTTLS) or `smtps://host`; empty: mail is kept for the "
                            "mailbox page, and in production none is sent", "", secret=True)
    mail_from: str = setting("sender of the platform's mail", "noreply@localhost")
    max_upload_bytes: int = setting("largest file that may be uploaded, bytes", 4 * 1024**3)
    code_runner: str = setting("`off`: answers that are programs wait for a person; `isolated`: their tests are run, "
                               "each in namespaces of its own", "off")
    archive_after_days: int = setting("days after its last sitting from which on a closed exam's answers are archived; "
                                      "0: never", 90)
    answers_kept_years: int = setting("years after a sitting until its archived answers are removed; marks, receipts "
                                      "and roots stay; 0: kept for ever", 10)
    ffmpeg_path: str = setting("ffmpeg program; empty: the system's, else the one of imageio-ffmpeg")
    ffmpeg_threads: int = setting("threads that one ffmpeg may use", 2)
    ffmpeg_timeout: int = setting("seconds that one ffmpeg may run", 6 * 3600)
    web_threads: int = setting("threads of one web process that run requests", 32)
    board_streams: int = setting("boards of exam rooms that one web process follows at once; each takes a thread", 8)
    trusted_proxies: int = setting("reverse proxies in front whose X-Forwarded headers are believed", 0)
    log_level: str = setting("least severe level that is logged", "INFO")

    @property
    def is_full(self) -> bool:
        """Whether the data-centre parts are used."""
        return self.size == "full"

    @property
    def is_production(self) -> bool:
        """Whether the strict rules of production hold."""
        return self.environment == "production"

    @property
    def roles_with_second_factor(self) -> frozenset[str]:
        """Whose sign-in at the bundled provider asks for more than a password."""
        named = self.second_factor_roles or ("administrator" if self.is_production else "")
        return frozenset(each.strip() for each in named.split(",") if each.strip()) - {"none"}

    def idle_minutes_of(self, roles: Collection[str]) -> int:
        """After how many minutes without a request the sign-in of somebody with these roles ends."""
        if "administrator" not in roles:
            return self.idle_minutes
        return min(self.idle_minutes, self.administrator_idle_minutes or (5 if self.is_production else 30))

    @property
    def issuer(self) -> str:
        """The OpenID provider's issuer address."""
        return self.oidc_issuer or f"{self.base_url}/oidc"

    @property
    def bundled_provider(self) -> bool:
        """Whether this platform serves its own OpenID provider: at either size, by the address of the issuer."""
        return self.issuer == f"{self.base_url}/oidc"


def read_settings(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from `LMS_*` variables, `overrides` on top; raises SettingsError naming the variable."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for each in fields(Settings):
        raw = environ.get(variable(each.name))
        if raw is not None:
            values[each.name] = _parse(each, raw)
    values.update(overrides)
    return _complete(Settings(**values))


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"LMS_{name.upper()}"


def _parse(each: Field[Any], raw: str) -> Any:
    default = each.default if each.default is not MISSING else ""
    try:
        return type(default)(raw)
    except ValueError:
        raise SettingsError(f"{variable(each.name)} must be a number, not {raw!r}") from None


def _complete(given: Settings) -> Settings:
    if given.size not in SIZES:
        raise SettingsError(f"LMS_SIZE must be one of {', '.join(SIZES)}, not {given.size!r}")
    folder = given.data_folder.absolute()
    changes: dict[str, Any] = {"data_folder": folder, "base_url": given.base_url.rstrip("/")}
    if given.is_full:
        _require(given, "database_url", "redis_url", "elasticsearch_url", "s3_endpoint", "oidc_issuer")
        changes["events_url"] = given.events_url or given.database_url
    else:
        changes["database_url"] = given.database_url or f"sqlite:///{folder / 'platform.sqlite'}"
        changes["events_url"] = given.events_url or f"sqlite:///{folder / 'events.sqlite'}"
    complete = Settings(**{each.name: getattr(given, each.name) for each in fields(given)} | changes)
    _check_secrets(complete)
    _check_receipt_keys(complete)
    return complete


def _require(given: Settings, *names: str) -> None:
    missing = [variable(name) for name in names if not getattr(given, name)]
    if missing:
        raise SettingsError(f"the full size needs {', '.join(missing)}")


def _check_secrets(given: Settings) -> None:
    """Default secrets sign nothing that another machine could reach."""
    defaults = [variable(name) for name in ("secret_key", "oidc_client_secret")
                if getattr(given, name) == DEVELOPMENT_SECRET]
    if not defaults:
        return
    if given.is_production:
        raise SettingsError(f"production needs its own {' and '.join(defaults)}")
    host = urlsplit(given.base_url).hostname
    if host not in LOOPBACK:
        raise SettingsError(f"{' and '.join(defaults)} must be set before serving {host}: "
                            "the default ones work on loopback only")


def _check_receipt_keys(given: Settings) -> None:
    for each in filter(str.strip, given.receipt_keys.split(",")):
        try:
            whole = len(b64decode(each, validate=True)) == RECEIPT_KEY_BYTES
        except ValueError:
            whole = False
        if not whole:
            raise SettingsError("LMS_RECEIPT_KEYS must be base64 of 32 bytes each, with commas between them")


def describe_settings() -> list[tuple[str, str, str, bool]]:
    """(variable, default, meaning, secret) of every setting, in order; docs/operations.md shows them."""
    return [(variable(each.name), "" if each.metadata["secret"] else str(each.default),
             each.metadata["doc"], each.metadata["secret"]) for each in fields(Settings)]


def settings() -> Settings:
    """The settings of the current application."""
    return cast(Settings, current_app.extensions["lms.settings"])
