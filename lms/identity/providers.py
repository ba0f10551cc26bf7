"""The OpenID providers that the platform trusts, and for what: the main one of the settings, others from a TOML file.

The file is read once, at the start; a mistake in it stops the start and is named by file, line and field. What a
provider may say is bounded here: the roles that it may claim, and the organisation under which it may claim them.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import current_app

from lms.core.config import LOOPBACK, Settings, SettingsError
from lms.core.permissions import ROLES
from lms.identity.models import CODE_KINDS, FROM_CLAIM

MAIN = "main"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 40
SCOPES = ("openid", "profile", "email")
CLAIM_FIELDS = {"role", "roles", "organisation", "staff_code", "pupil_code", "personal_number"}
FIELDS = {"slug", "label", "issuer", "client_id", "client_secret_env", "scopes", "shown", "roles", "organisation",
          "acr_values", "claims"}
MAIN_FIELDS = {"label", "scopes", "acr_values", "claims"}
Value = TypeVar("Value")


@dataclass(frozen=True)
class ClaimMapping:
    """By which names a provider says what we want to know; a name may be a path such as `realm_access.roles`."""

    role: str = "roles"
    roles: Mapping[str, str] = field(default_factory=dict)
    """The provider's word for a role -> ours; empty: it uses our words."""
    organisation: str = "organisation"
    codes: Mapping[str, str] = field(default_factory=dict)
    """Kind of code (staff, pupil, personal_number) -> the claim that holds it."""


@dataclass(frozen=True)
class Provider:
    """One provider: the `roles` that it may claim, at or below the place with the code `organisation`, if any."""

    slug: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    label_vi: str = ""
    label_en: str = ""
    scopes: tuple[str, ...] = SCOPES
    shown: bool = True
    roles: frozenset[str] = frozenset(ROLES)
    organisation: str | None = None
    acr_values: tuple[str, ...] = ()
    claims: ClaimMapping = ClaimMapping()

    @property
    def is_main(self) -> bool:
        """Whether it is the one of the settings."""
        return self.slug == MAIN

    @property
    def source(self) -> str:
        """How roles and memberships that it vouches for are marked."""
        return FROM_CLAIM if self.is_main else f"{FROM_CLAIM}:{self.slug}"

    def label(self, locale: str) -> str:
        """What people call it; empty for a main provider without a name of its own."""
        return self.label_en if locale == "en" else self.label_vi


@dataclass(frozen=True)
class Providers:
    """All of them, the main one first."""

    items: tuple[Provider, ...]

    def __iter__(self) -> Iterator[Provider]:
        """Walk them."""
        return iter(self.items)

    @property
    def main(self) -> Provider:
        """The one of the settings."""
        return self.items[0]

    @property
    def shown(self) -> list[Provider]:
        """Those that the sign-in page offers."""
        return [each for each in self.items if each.shown]

    def find(self, slug: str) -> Provider | None:
        """By its short name."""
        return next((each for each in self.items if each.slug == slug), None)

    def find_issuer(self, issuer: str) -> Provider | None:
        """By its issuer."""
        return next((each for each in self.items if each.issuer == issuer), None)

    def of_issuer(self, issuer: str) -> Provider:
        """By its issuer; the main one for an issuer that is not known any more."""
        return self.find_issuer(issuer) or self.main


def read_providers(given: Settings, environ: Mapping[str, str] | None = None) -> Providers:
    """The main provider and those of `LMS_PROVIDERS_FILE`; raises SettingsError with file, line and field."""
    main = Provider(
        MAIN, given.issuer, given.oidc_client_id, given.oidc_client_secret,
        claims=ClaimMapping(role=given.oidc_role_claim, organisation=given.oidc_organisation_claim))
    if not given.providers_file:
        return Providers((main,))
    return _File(Path(given.providers_file), os.environ if environ is None else environ).read(main)


def providers() -> Providers:
    """Those of the current application."""
    return cast(Providers, current_app.extensions["lms.identity.providers"])


class _File:
    """The file while it is read."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self.path, self.environ = path, environ
        self.lines: list[str] = []

    def read(self, main: Provider) -> Providers:
        try:
            text = self.path.read_text("utf-8")
            content = tomllib.loads(text)
        except OSError as error:
            raise SettingsError(f"LMS_PROVIDERS_FILE: {self.path} cannot be read: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{self.path}: {error}") from None
        self.lines = text.splitlines()
        unknown = set(content) - {"provider", MAIN}
        if unknown:
            raise SettingsError(f"{self.path}: unknown part {sorted(unknown)[0]!r}; there are [main] and [[provider]]")
        entries = content.get("provider", [])
        if not isinstance(entries, list):
            raise SettingsError(f"{self.path}: write [[provider]], with two brackets")
        first = _Entry(self, content.get(MAIN, {}), f"[{MAIN}]", self._line_of(rf"\[{MAIN}\]", 0)).read_main(main)
        others = [_Entry(self, entry, f"provider {number}", self._line_of(r"\[\[\s*provider\s*\]\]", number - 1)).read()
                  for number, entry in enumerate(entries, 1)]
        return self._unique((first, *others))

    def _line_of(self, header: str, which: int) -> int:
        found = [number for number, line in enumerate(self.lines) if re.match(rf"\s*{header}", line)]
        return found[which] if which < len(found) else 0

    def _unique(self, found: tuple[Provider, ...]) -> Providers:
        for what in ("slug", "issuer"):
            values = [getattr(each, what) for each in found]
            twice = next((value for value in values if values.count(value) > 1), None)
            if twice is not None:
                raise SettingsError(f"{self.path}: {what} {twice!r} stands twice")
        return Providers(found)


class _Entry:
    """One provider of the file; every refusal names its line and field."""

    def __init__(self, file: _File, raw: Any, name: str, line: int) -> None:
        self.file, self.name, self.line = file, name, line
        self.raw: dict[str, Any] = raw if isinstance(raw, dict) else {}

    def read(self) -> Provider:
        self._only(FIELDS, self.raw)
        roles = self._roles()
        label_vi, label_en = self._label()
        return Provider(
            slug=self._slug(), issuer=self._issuer(), client_id=self._need("client_id"), client_secret=self._secret(),
            label_vi=label_vi, label_en=label_en, scopes=self._scopes(), shown=self._get("shown", bool, True),
            roles=roles, organisation=self._place(roles), acr_values=tuple(self._words("acr_values", [])),
            claims=self._claims(ClaimMapping()))

    def read_main(self, main: Provider) -> Provider:
        self._only(MAIN_FIELDS, self.raw)
        label_vi, label_en = self._label() if "label" in self.raw else ("", "")
        return Provider(main.slug, main.issuer, main.client_id, main.client_secret, label_vi, label_en,
                        scopes=self._scopes(), acr_values=tuple(self._words("acr_values", [])),
                        claims=self._claims(main.claims))

    def refuse(self, name: str, message: str) -> SettingsError:
        """The error for a field, with the line where it stands, or where its provider begins."""
        line = self.line
        for number in range(self.line + 1, len(self.file.lines)):
            text = self.file.lines[number]
            if re.match(r"\s*\[\[|\s*\[main\]", text):
                break
            if re.match(rf"\s*{re.escape(name.rpartition('.')[2])}\s*=", text):
                line = number
                break
        return SettingsError(f"{self.file.path}, line {line + 1}, {self.name}, {name}: {message}")

    def _only(self, known: set[str], raw: Mapping[str, Any], prefix: str = "") -> None:
        for name in raw:
            if name not in known:
                raise self.refuse(prefix + name, f"there is no such field; there are {', '.join(sorted(known))}")

    def _get(self, name: str, kind: type[Value], default: Value) -> Value:
        value = self.raw.get(name, default)
        if not isinstance(value, kind):
            raise self.refuse(name, f"must be a {kind.__name__}, not {value!r}")
        return value

    def _need(self, name: str) -> str:
        value = self._get(name, str, "").strip()
        if not value:
            raise self.refuse(name, "is missing")
        return value

    def _words(self, name: str, default: list[str]) -> list[str]:
        value: list[Any] = self._get(name, list, default)
        if not all(isinstance(each, str) and each and not each.isspace() for each in value):
            raise self.refuse(name, "must be a list of words")
        return value

    def _slug(self) -> str:
        slug = self._need("slug")
        if not SLUG.fullmatch(slug) or len(slug) > LONGEST_SLUG or slug in (MAIN, "start", "callback", "again"):
            raise self.refuse("slug", f"{slug!r} must be small letters, digits and hyphens, and not a reserved word")
        return slug

    def _issuer(self) -> str:
        issuer = self._need("issuer")
        parts = urlsplit(issuer)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if not safe or not parts.hostname or parts.query or parts.fragment:
            raise self.refuse("issuer", f"{issuer!r} must be an https address without query or fragment")
        return issuer

    def _secret(self) -> str:
        variable = self._need("client_secret_env")
        secret = self.file.environ.get(variable, "")
        if not secret:
            raise self.refuse("client_secret_env", f"the environment variable {variable} is not set")
        return secret

    def _label(self) -> tuple[str, str]:
        label: dict[str, Any] = self._get("label", dict, {})
        texts = [label.get(locale) for locale in ("vi", "en")]
        if set(label) != {"vi", "en"} or not all(isinstance(text, str) and text.strip() for text in texts):
            raise self.refuse("label", 'must be { vi = "...", en = "..." }')
        return texts[0].strip(), texts[1].strip()  # type: ignore[union-attr]

    def _scopes(self) -> tuple[str, ...]:
        scopes = self._words("scopes", list(SCOPES))
        if "openid" not in scopes:
            raise self.refuse("scopes", "must hold openid")
        return tuple(scopes)

    def _roles(self) -> frozenset[str]:
        roles = self._words("roles", [])
        unknown = sorted(set(roles) - set(ROLES))
        if unknown:
            raise self.refuse("roles", f"there is no role {unknown[0]!r}; there are {', '.join(ROLES)}")
        return frozenset(roles)

    def _place(self, roles: frozenset[str]) -> str | None:
        place = self._get("organisation", str, "").strip() or None
        if place is None and roles:
            raise self.refuse("organisation", "is missing: a provider that may claim roles may do so at one "
                                              "organisation and below it only; give its code")
        return place

    def _claims(self, usual: ClaimMapping) -> ClaimMapping:
        raw: dict[str, Any] = self._get("claims", dict, {})
        self._only(CLAIM_FIELDS, raw, "claims.")
        words = {name: value for name, value in raw.items() if name != "roles"}
        for name, value in words.items():
            if not isinstance(value, str):
                raise self.refuse(f"claims.{name}", f"must be the name of a claim, not {value!r}")
        names = {"staff": "staff_code", "pupil": "pupil_code", "personal_number": "personal_number"}
        codes = {kind: words[names[kind]] for kind in CODE_KINDS if words.get(names[kind])}
        return ClaimMapping(words.get("role", usual.role), self._role_map(raw.get("roles", {})),
                            words.get("organisation", usual.organisation), codes)

    def _role_map(self, raw: Any) -> Mapping[str, str]:
        if not isinstance(raw, dict) or not all(value in ROLES for value in raw.values()):
            raise self.refuse("claims.roles", f'must be {{ "their word" = "one of {", ".join(ROLES)}" }}')
        return raw
