"""Asking every route as everybody, and comparing the answers with the second reading of the table.

Whatever a request changes is rolled back: while the guard asks, a commit is only a flush, and the end of the request
throws the session away. So the answers do not depend on their order.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.guards.access.places import ANONYMOUS, PEOPLE, Places, Thing
from tests.guards.access.reading import Who, expects
from tests.guards.access.routes import CHOSEN, SENT, Ask

OPEN, SIGNED_IN, TOKEN = "OPEN", "SIGNED-IN", "TOKEN"
TABLE = import_module("lms.core.permissions.rules")
HEADERS = {"Accept": "text/html", "Tus-Resumable": "1.0.0"}


OTHERWISE: dict[str, Callable[[], Any]] = {"UUIDConverter": uuid4, "IntegerConverter": lambda: 1}
"""What stands in an address where the thing says nothing."""


@dataclass
class Tally:
    """How many answers were compared, and each difference in words."""

    compared: int = 0
    differences: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.compared:,} answers compared with the table: {len(self.differences)} differences"


@dataclass
class Asker:
    """Sends requests as anybody, on a cookie of his own each time, so that signing out ends nothing for the next."""

    app: Flask
    places: Places
    cookies: dict[str, str]
    subject_id: UUID

    def client(self, who: Who) -> FlaskClient:
        """A browser in which he is signed in."""
        client = self.app.test_client()
        if not who.is_anonymous:
            client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], self.cookies[who.key])
        return client

    def send(self, ask: Ask, who: Who) -> TestResponse:
        """The answer to one ask."""
        thing = self.places.things.get(ask.thing)
        values = {**(thing.values if thing else {}), **CHOSEN.get(ask.thing, {}), **CHOSEN.get(ask.sent, {})}
        sent = _for(ask, self._fill(SENT.get(ask.sent, {})))
        headers = {**HEADERS, **sent.pop("headers", {})}
        return self.client(who).open(self._address(ask, values), method=ask.method, headers=headers, **sent)

    def _address(self, ask: Ask, values: dict[str, Any]) -> str:
        [rule, *_more] = [rule for rule in self.app.url_map.iter_rules(ask.endpoint) if ask.method in rule.methods]
        kinds = {name: type(kind).__name__ for name, kind in rule._converters.items()}
        other = {name: OTHERWISE.get(kinds.get(name, ""), lambda: "x")() for name in rule.arguments}
        holes = {name: values.get(name, other[name]) for name in rule.arguments}
        built = rule.build(holes, append_unknown=False)
        assert built is not None, f"{ask.name}: the address lacks one of {sorted(rule.arguments)}"
        return built[1]

    def _fill(self, sent: dict[str, Any]) -> dict[str, Any]:
        def place(value: Any) -> Any:
            if isinstance(value, dict):
                return {name: place(each) for name, each in value.items()}
            if isinstance(value, list):
                return [place(each) for each in value]
            if value == "SUBJECT":
                return str(self.subject_id)
            if isinstance(value, str) and value.startswith("CODE "):
                return self.places.codes[value.removeprefix("CODE ")]
            if isinstance(value, str) and value.startswith("ID "):
                return str(next(iter(self.places.things[value.removeprefix("ID ")].values.values())))
            return (io.BytesIO(b"::A::? {=a ~b}"), "a.gift") if value == "FILE" else value
        return {name: place(value) for name, value in sent.items()}


def _for(ask: Ask, sent: dict[str, Any]) -> dict[str, Any]:
    """What is sent to a page or to the API, where an ask names both."""
    either = sent.pop("json or data", None)
    if either:
        sent |= {"json": either, "data": either}
    if "json" in sent and "data" in sent:
        sent.pop("data" if "_api." in ask.endpoint else "json")
    return sent if ask.method != "GET" else {name: sent[name] for name in sent if name not in ("json", "data")}


@dataclass(frozen=True)
class Asked:
    """One question that the request put to the table by `authorize`."""

    permission: str
    thing_id: str


@contextmanager
def tracing() -> Iterator[list[Asked]]:
    """Every `authorize` while it lasts: it alone asks `may` by the name of its own module."""
    asked: list[Asked] = []
    real = TABLE.may

    def traced(actor: Any, permission: str, thing: Any = None) -> bool:
        asked.append(Asked(permission, str(getattr(thing, "id", "")) if thing is not None else ""))
        return real(actor, permission, thing)

    with patch.object(TABLE, "may", traced):
        yield asked


@contextmanager
def nothing_lasts() -> Iterator[None]:
    """A commit writes to the transaction and leaves it open; the session's end rolls it back."""
    with patch.object(Session, "commit", lambda session: session.flush()):
        yield


def compare(asker: Asker, asks: list[Ask]) -> Tally:
    """Ask each as each, and compare."""
    tally = Tally()
    with nothing_lasts():
        for ask in asks:
            for who in [ANONYMOUS, *PEOPLE]:
                with tracing() as asked:
                    answer = asker.send(ask, who)
                tally.compared += 1
                fault = _fault(asker.places, ask, who, answer, asked)
                if fault:
                    tally.differences.append(f"{ask.name} as {who.key}: {fault} ({answer.status_code})")
    return tally


def is_wanted(places: Places, ask: Ask, who: Who) -> bool:
    """What the second reading says of it."""
    if OPEN in ask.permissions or TOKEN in ask.permissions:
        return OPEN in ask.permissions
    if SIGNED_IN in ask.permissions:
        return not who.is_anonymous
    return all(expects(code(permission), who, thing.fact if thing else None)
               for permission, thing in ((each, _thing(places, ask, each)) for each in ask.permissions))


def code(permission: str) -> str:
    """The permission alone, without what the table of routes says of its thing."""
    return permission.rstrip("!").partition("@")[0]


def _thing(places: Places, ask: Ask, permission: str) -> Thing | None:
    named = permission.partition("@")[2].replace("-", " ")
    return None if permission.endswith("!") else places.things.get(named or ask.thing)


def _fault(places: Places, ask: Ask, who: Who, answer: TestResponse, asked: list[Asked]) -> str:
    """What differs, in words; empty if nothing does."""
    wanted, refused = is_wanted(places, ask, who), _is_refusal(ask, answer)
    if answer.status_code >= 500 and answer.status_code != 503:
        return "it failed"
    if wanted == refused:
        return "let in against the table" if not wanted else "refused against the table"
    if wanted and answer.status_code in (405, 400) and OPEN not in ask.permissions:
        return "the request was not understood"
    is_public = {OPEN, SIGNED_IN, TOKEN} & set(ask.permissions)
    if is_public or (refused and (who.is_anonymous or ask.hides)):
        return ""
    return _untraced(places, ask, asked, let_in=wanted)


def _is_refusal(ask: Ask, answer: TestResponse) -> bool:
    led_away = answer.status_code in (302, 303) and answer.headers["Location"].startswith("/sign-in")
    is_hidden = answer.status_code == 404 and (ask.hides or TOKEN in ask.permissions)
    is_no_token = TOKEN in ask.permissions and answer.status_code in (400, 410, 422)
    is_open_sign_in = OPEN in ask.permissions
    return not is_open_sign_in and (answer.status_code in (401, 403) or led_away or is_hidden or is_no_token)


def _untraced(places: Places, ask: Ask, asked: list[Asked], *, let_in: bool) -> str:
    """Whether the table was really asked: for every permission where it let in, for one where it refused."""
    missing = [permission for permission in ask.permissions if not _was_asked(places, ask, permission, asked)]
    if (missing if let_in else len(missing) == len(ask.permissions)):
        return f"the table was not asked for {' '.join(missing)} on the thing"
    return ""


def _was_asked(places: Places, ask: Ask, permission: str, asked: list[Asked]) -> bool:
    thing = _thing(places, ask, permission)
    named = {str(value) for value in thing.values.values()} | {""} if thing else set()
    return any(each.permission == code(permission) and (thing is None or each.thing_id in named) for each in asked)
