"""`bin/lms audit`: what it prints, and its exit code."""

import json

from flask import Flask

from lms.core import audit
from lms.core.db import transaction
from lms.core.permissions import SYSTEM


def _run(app: Flask, *arguments: str, heads: str = ""):
    return app.test_cli_runner().invoke(args=["audit", *arguments], input=heads)


def test_a_whole_chain(app: Flask) -> None:
    with app.app_context(), transaction():
        audit.record(SYSTEM, "test:act")
    head = _run(app, "seal").stdout.strip()
    number, hashed = head.split(":")
    found = _run(app, "verify", "--expect", head, "--expect", hashed)
    assert found.exit_code == 0
    assert found.stdout == f"whole: {number} events, head {head}, 0 waiting, 2 noted heads compared\n"


def test_a_head_that_is_gone_or_not_what_it_was(app: Flask) -> None:
    with app.app_context(), transaction():
        audit.record(SYSTEM, "test:act")
    number = int(_run(app, "seal").stdout.split(":")[0])
    for noted, fault in ((number, "changed: event"), (number + 1, "truncated: the chain")):
        found = _run(app, "verify", "--expect", f"{noted}:{'a' * 64}")
        assert found.exit_code == 1
        assert fault in found.stderr


def test_heads_are_read_from_the_log(app: Flask) -> None:
    with app.app_context(), transaction():
        audit.record(SYSTEM, "test:act")
    number, hashed = _run(app, "seal").stdout.strip().split(":")
    line = json.dumps({"event": "audit-sealed", "sequence": int(number), "hash": hashed})
    log = f"starting\n{line}\nworker | {line}\n{{\"event\": \"audit-sealed\"\n"
    found = _run(app, "verify", "--heads", "-", heads=log)
    assert found.exit_code == 0
    assert "2 noted heads compared" in found.stdout
    assert _run(app, "verify", "--heads", "-", heads=log.replace(hashed, "b" * 64)).exit_code == 1


def test_a_head_that_is_none(app: Flask) -> None:
    for told in ("x", "12:abc", "-1:" + "a" * 64):
        assert _run(app, "verify", "--expect", told).exit_code == 2
