"""Whatever is sent, by whomever, to whatever address: an answer, never a failure; and never markup of theirs.

What each address reads is recorded, so a new argument or field is tried from the day that it exists.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import cycle
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from lms.core.incoming import StorableRequest
from tests.guards.world import ROLES, World, make_world

ARGUMENTS = ("\0", "-1", "9" * 30, "1" * 4400, "0001-01-01", "9999-12-31T23:59-14:00", "'\"><script>", "\u202e\uffff🙂",
             "nan", "00000000-0000-0000-0000-000000000000", "{", "\r\nX: y")
FIELDS = ("", "\0", "-1", "9" * 30, "1" * 4400, "0001-01-01", "9999-12-31T23:59", "'\"><script>\u202e\uffff🙂", "nan",
          "\\(" * 400)
GOES_OUT = {"identity.start", "identity.callback", "identity.step_up", "identity.link", "identity.back_channel_logout"}
"""They ask the provider, which does not run here: 503 is an answer."""
read: set[str] = set()


class Recorded(StorableRequest.parameter_storage_class):  # type: ignore[misc, name-defined]
    """Fields that note which of them are asked for."""

    def __getitem__(self, name: str) -> Any:
        read.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        read.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, *more: Any, **how: Any) -> Any:
        """Note the name."""
        read.add(name)
        return super().get(name, *more, **how)

    def getlist(self, name: str, *more: Any, **how: Any) -> Any:
        """Note the name."""
        read.add(name)
        return super().getlist(name, *more, **how)


@pytest.fixture
def world(app: Flask, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(StorableRequest, "parameter_storage_class", Recorded)
    return make_world(app)


@pytest.fixture
def clients(app: Flask, world: World, sign_in) -> dict[str, FlaskClient]:
    return {role: sign_in(world.people[role]) for role in ROLES} | {"anonymous": app.test_client()}


def _failed(app: Flask, endpoint: str, status: int) -> bool:
    return status >= 500 and not (status == 503 and endpoint in GOES_OUT)


def _rules(app: Flask, method: str) -> list[Any]:
    return [rule for rule in app.url_map.iter_rules() if method in rule.methods and ".static" not in rule.endpoint
            and rule.endpoint != "identity.sign_out"]


def test_no_page_fails_on_hostile_arguments(app: Flask, world: World, clients: dict[str, FlaskClient]) -> None:
    failed, roles = [], cycle(["administrator", "teacher", "anonymous", "student"])
    for rule in _rules(app, "GET"):
        paths = world.addresses(rule)
        read.clear()
        plain = [(paths[0], role) for role in clients] + [(path, next(roles)) for path in paths[1:]]
        tries = [(path, role, {}, clients[role].get(path, headers={"Accept": "text/html"}).status_code)
                 for path, role in plain]
        for name in sorted(read - {"lang"}):
            for value in ARGUMENTS:
                role = next(roles)
                answer = clients[role].get(paths[0], query_string={name: value}, headers={"Accept": "text/html"})
                tries.append((paths[0], role, {name: value[:20]}, answer.status_code))
        failed += [each for each in tries if _failed(app, rule.endpoint, each[-1])]
    assert not failed, "\n".join(map(str, failed))


def _forms(page: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every form of a page that changes something: its address, and its fields as a person would leave them."""
    for form in html.fromstring(page).xpath("//form[translate(@method, 'POST', 'post')='post']"):
        fields: dict[str, Any] = {}
        for each in form.xpath(".//input[@name]|.//select[@name]|.//textarea[@name]|.//button[@name]"):
            kind, name = each.get("type", each.tag), each.get("name")
            if kind == "select":
                options = [option.get("value", "") for option in each.iter("option")]
                fields[name] = next(filter(None, each.xpath(".//option[@selected]/@value") + options), "")
            elif kind == "file":
                fields[name] = None
            elif name not in fields or each.get("checked") is not None:
                usual = {"datetime-local": "2027-01-01T10:00", "number": "1"}.get(kind, "x")
                fields[name] = each.get("value") or each.text or usual
        yield form.get("action") or "", fields


def _all_forms(app: Flask, world: World, clients: dict[str, FlaskClient]) -> Iterator[tuple[Any, str, dict[str, Any]]]:
    """(client, address, fields) of every form that somebody finds on a page."""
    for rule in _rules(app, "GET"):
        for path in world.addresses(rule):
            for client in (clients[role] for role in ("teacher", "administrator", "student", "librarian")):
                answer = client.get(path, headers={"Accept": "text/html"})
                if answer.status_code == 200 and answer.mimetype == "text/html" and "<form" in answer.text:
                    for action, fields in _forms(answer.text):
                        if "sign-" not in action:
                            yield client, action or path, fields
                    break


def test_no_form_fails_on_a_hostile_field(app: Flask, world: World, clients: dict[str, FlaskClient]) -> None:
    """Each field of each endpoint once, the others as they should be."""
    known, failed, addresses = set(), [], app.url_map.bind("localhost")
    for client, target, fields in list(_all_forms(app, world, clients)):
        endpoint, _holes = addresses.match(target.partition("?")[0], method="POST")
        for name in fields:
            if (kind := (endpoint, re.sub(r"\d+", "", name))) in known:
                continue
            known.add(kind)
            for value in FIELDS:
                sent = {each: (BytesIO(b"x"), "a.gift") if usual is None else usual for each, usual in fields.items()}
                sent[name] = (BytesIO(value.encode()), f"{value[:40]}.gift") if fields[name] is None else value
                answer = client.post(target, data=sent, headers={"Accept": "text/html"})
                if _failed(app, endpoint, answer.status_code):
                    failed.append((endpoint, name, value[:20]))
    assert len(known) > 80
    assert not failed, "\n".join(map(str, failed))


def test_no_change_fails_on_what_no_form_sends(app: Flask, world: World, clients: dict[str, FlaskClient]) -> None:
    failed = []
    for rule in _rules(app, "POST"):
        for role, client in clients.items():
            path = world.addresses(rule)[0]
            read.clear()
            statuses = [client.post(path, headers={"Accept": "text/html"}).status_code]
            names = sorted(read) or ["x"]
            for value in ("\0'\"><script>\uffff🙂", "9" * 30) if role != "stranger" else ():
                sent = {name: [value, value] for name in names}
                statuses.append(client.post(path, data=sent, headers={"Accept": "text/html"}).status_code)
            statuses += [client.post(path, data=body, content_type="application/json").status_code
                         for body in (b"", b"[]", b"{\"x\": \"\\ud800\"}", b"\xff\x00")]
            failed += [(rule.endpoint, role, status) for status in statuses
                       if _failed(app, rule.endpoint, status)]
    assert not failed, "\n".join(map(str, failed))
