"""The exam that the benches sit: made through the services in a process of its own, read back the same way."""

import json
import secrets
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from deploy.run import ROOT, Platform

KINDS = ("single_choice",) * 30 + ("true_false",) * 4 + ("short_numeric",) * 6
DEVICE = "bench"


@dataclass
class Seat:
    """One running attempt: its token, its items of one choice, and the end of its chain."""

    id: str
    token: str
    items: list[str]
    seq: int
    prev: str


@dataclass
class Room:
    """An exam with its candidates: `seats` have begun, `accounts` (user name, password) sign in first, and
    `waiting` (cookies, form token, token of the waiting page) are before the bell."""

    exam: str
    seats: list[Seat]
    waiting: list[tuple[str, str, str]]
    accounts: list[tuple[str, str]]


def ask(platform: Platform, function: str, *arguments: object) -> Any:
    """What a function of this module prints, run as a process of the platform."""
    code = f"from bench import exam_room; exam_room.{function}(*{arguments!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=platform.environment, check=True,
                          stdout=subprocess.PIPE)
    return json.loads(done.stdout.splitlines()[-1])


def room_of(platform: Platform, *, begun: int, waiting: int = 0, accounts: int = 0, minutes: int = 150) -> Room:
    """A published exam with so many candidates of each kind."""
    told = ask(platform, "make_room", begun, waiting, accounts, minutes)
    return Room(told["exam"], [Seat(**one) for one in told["seats"]], [(a, b, c) for a, b, c in told["waiting"]],
                [(a, b) for a, b in told["accounts"]])


def make_room(begun: int, waiting: int, accounts: int, minutes: int) -> None:
    """Make the exam and print it."""
    from assessment.delivery import services as delivery
    from lms.app import create_app
    from lms.core.db import transaction
    from tests.factories.delivery import make_exam

    app = create_app()
    with app.app_context():
        with transaction():
            given = make_exam(students=begun + waiting, kinds=KINDS, minutes=minutes)
            named = _make_accounts(accounts)
            delivery.register_people(given.teacher, given.exam.id, [person_id for person_id, _name, _word in named])
        _await_attempts(given.exam.id)
        for student in given.students[:begun]:
            with transaction():
                delivery.start_attempt(student, given.exam.id, device=DEVICE)
        with transaction():
            sign_ins = [_sign_in(student.id) for student in given.students[begun:]]
        ready = [_ready(student, given.exam.id) for student in given.students[begun:]]
        told = {"exam": str(given.exam.id), "seats": list(_seats(given.exam.id)),
                "accounts": [(name, word) for _id, name, word in named]}
    print(json.dumps({**told, "waiting": [(*_cookie(app, sign_in), token)
                                             for sign_in, token in zip(sign_ins, ready, strict=True)]}))


def _await_attempts(exam_id: UUID) -> None:
    """Those of many candidates are made by a job; before the platform starts nobody else runs it."""
    import worker.tasks.assessment  # noqa: F401  its handlers
    from assessment.delivery.services.dealing import find_making
    from lms.core.jobs import run_all

    run_all()
    making = find_making(exam_id)
    if making is not None:
        raise SystemExit(f"the attempts were not made: {making.reason}")


def _make_accounts(count: int) -> list[tuple[UUID, str, str]]:
    """People who can sign in at the bundled provider: (person, user name, password)."""
    from lms.core.config import settings
    from lms.core.db import db
    from lms.core.permissions import SYSTEM
    from lms.identity.models import IdentityLink
    from lms.identity.provider import services as provider
    from tests.factories.identity import make_person
    from tests.factories.organisations import make_school

    school, made = make_school(), []
    for number in range(count):
        name, word = f"hs{number:05}", secrets.token_urlsafe(15)
        account = provider.save_account(SYSTEM, username=name, password=word, roles=("student",),
                                        name=f"Học sinh {number}")
        person = make_person("student", school)
        db.session.add(IdentityLink(person_id=person.id, issuer=settings().issuer, subject=account.subject))
        made.append((person.id, name, word))
    return made


def _sign_in(person_id: UUID) -> str:
    from lms.identity import services as identity

    return str(identity.start_sign_in(person_id).id)


def _ready(student: Any, exam_id: UUID) -> str:
    """The token that the page of a waiting candidate is given."""
    from assessment.delivery import services as delivery

    return delivery.make_ready_token(delivery.get_my_exam(student, exam_id), DEVICE)


def _cookie(app: Any, sign_in: str) -> tuple[str, str]:
    """The cookie of somebody who has signed in, and the token of his forms."""
    from flask import session
    from flask_wtf.csrf import generate_csrf

    with app.test_request_context():
        session["_user_id"], session["_fresh"] = sign_in, True
        token = generate_csrf()
        cookie = app.session_interface.get_signing_serializer(app).dumps(dict(session))
    return f"lms_session={cookie}; exam_device={DEVICE}", token


def print_seats(exam_id: str) -> None:
    """Print the seats of every attempt that is open in the log, whatever its row says yet."""
    from lms.app import create_app

    with create_app().app_context():
        print(json.dumps(list(_seats(UUID(exam_id)))))


def _seats(exam_id: UUID) -> list[dict[str, Any]]:
    from sqlalchemy import select

    from assessment.assembly import services as assembly
    from assessment.delivery.current_log import event_log
    from assessment.delivery.models import Attempt
    from assessment.delivery.tokens import AFTER_DEADLINE, Claims, sign_token
    from lms.core.db import db

    rows = db.session.scalars(select(Attempt).where(Attempt.exam_id == exam_id)).all()
    forms = {attempt.id: attempt.form_id for attempt in rows}
    items = {form_id: [str(one.form_item_id) for one in assembly.get_paper(form_id).items
                       if one.type == "single_choice"] for form_id in set(forms.values())}
    made = []
    for begun in event_log().list_begun(rows[0].sitting_id, list(forms)):
        if begun.closed == "open":
            sitting_id, form_id = rows[0].sitting_id, forms[begun.attempt_id]
            head = event_log().get_head(sitting_id, begun.attempt_id)
            token = sign_token(Claims(begun.attempt_id, sitting_id, form_id, begun.epoch,
                                      begun.deadline + AFTER_DEADLINE))
            made.append(vars(Seat(str(begun.attempt_id), token, items[form_id], head.last_seq, head.last_hash)))
    return made


def print_log(attempt_ids: Sequence[str]) -> None:
    """Print [events beside the first, chains that do not verify] of these attempts."""
    from assessment.delivery.current_log import event_log
    from assessment.delivery.services import find_attempt
    from lms.app import create_app

    stored = broken = 0
    with create_app().app_context():
        for each in attempt_ids:
            attempt = find_attempt(UUID(each))
            assert attempt is not None
            report = event_log().verify_chain(attempt.sitting_id, attempt.id)
            stored += report.events - 1
            broken += not report.whole
    print(json.dumps([stored, broken]))


def move_deadlines(attempt_ids: Sequence[str], until: float) -> None:
    """From now on these attempts have time until then (seconds since 1970), in the log as everywhere."""
    from datetime import UTC, datetime

    from assessment.delivery.current_log import event_log
    from assessment.delivery.services import find_attempt
    from lms.app import create_app

    with create_app().app_context():
        found = [find_attempt(UUID(each)) for each in attempt_ids]
        event_log().move_deadlines([(attempt.sitting_id, attempt.id, datetime.fromtimestamp(until, UTC))
                                    for attempt in found if attempt is not None])
    print(json.dumps(len(attempt_ids)))


def print_events(exam_id: str) -> None:
    """Print every event of every attempt that has begun, whether its chain is whole, and how it ended."""
    from sqlalchemy import select

    from assessment.delivery.current_log import event_log
    from assessment.delivery.models import Attempt
    from lms.app import create_app
    from lms.core.db import db

    told = {}
    with create_app().app_context():
        log = event_log()
        for attempt in db.session.scalars(select(Attempt).where(Attempt.exam_id == UUID(exam_id))):
            head = log.find_head(attempt.sitting_id, attempt.id)
            if head is not None:
                events = log.list_events(attempt.sitting_id, attempt.id)
                told[str(attempt.id)] = {"closed": head.closed,
                                         "whole": log.verify_chain(attempt.sitting_id, attempt.id).whole,
                                         "events": [(one.seq, one.hash, one.payload, one.late) for one in events]}
    print(json.dumps(told))
