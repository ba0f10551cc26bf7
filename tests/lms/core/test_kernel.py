"""Settings, signing, permissions, audit, clock: the small parts of the kernel."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lms.core import audit, clock, permissions
from lms.core.config import SettingsError, read_settings
from lms.core.db import db, transaction
from lms.core.errors import Forbidden, SignInRequired
from lms.core.i18n import format_date, format_duration, format_number, format_size
from lms.core.ids import new_id
from lms.core.permissions import ANONYMOUS, SYSTEM, Actor, Refused, authorize, may, positions_in
from lms.core.signing import ExpiredToken, InvalidToken, sign, unsign

OWN_SECRETS = {"LMS_SECRET_KEY": "x" * 40, "LMS_OIDC_CLIENT_SECRET": "y" * 40}


def test_production_refuses_default_secrets() -> None:
    with pytest.raises(SettingsError, match="LMS_SECRET_KEY and LMS_OIDC_CLIENT_SECRET"):
        read_settings({"LMS_ENVIRONMENT": "production"})
    assert read_settings({"LMS_ENVIRONMENT": "production", **OWN_SECRETS}).is_production


def test_default_secrets_work_on_loopback_only() -> None:
    with pytest.raises(SettingsError, match=r"lms\.example\.edu\.vn"):
        read_settings({"LMS_BASE_URL": "https://lms.example.edu.vn"})
    assert read_settings({"LMS_BASE_URL": "https://lms.example.edu.vn", **OWN_SECRETS})


@pytest.mark.parametrize(("variable", "value"), [("LMS_SIZE", "huge"), ("LMS_MAX_UPLOAD_BYTES", "much")])
def test_a_wrong_setting_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        read_settings({variable: value})


def test_the_full_size_names_what_is_missing() -> None:
    with pytest.raises(SettingsError, match=r"LMS_REDIS_URL.*LMS_S3_ENDPOINT"):
        read_settings({"LMS_SIZE": "full", "LMS_DATABASE_URL": "postgresql+psycopg://x/y"})


def test_the_embedded_size_keeps_all_in_one_folder(tmp_path: Path) -> None:
    given = read_settings({}, data_folder=tmp_path)
    assert str(tmp_path) in given.database_url
    assert str(tmp_path) in given.events_url


@pytest.mark.usefixtures("context")
def test_a_token_is_good_for_its_purpose_and_time() -> None:
    token = sign("attempt", {"id": "1"}, timedelta(minutes=5))
    assert unsign("attempt", token) == {"id": "1"}
    with pytest.raises(InvalidToken):
        unsign("media", token)
    with pytest.raises(InvalidToken):
        unsign("attempt", token[:-2] + "xx")
    with clock.shifted(timedelta(minutes=6)), pytest.raises(ExpiredToken):
        unsign("attempt", token)


@pytest.mark.usefixtures("context")
def test_no_rule_means_a_mistake_and_no_predicate_means_nobody() -> None:
    with pytest.raises(KeyError):
        may(SYSTEM, "nothing:known")
    teacher = Actor(uuid4(), positions=positions_in([], "teacher"))
    assert may(SYSTEM, "job:manage")
    assert not may(teacher, "job:manage")
    with pytest.raises(Forbidden):
        authorize(teacher, "job:manage")
    with pytest.raises(SignInRequired):
        authorize(ANONYMOUS, "job:manage")


def test_a_permission_is_stated_once() -> None:
    with pytest.raises(ValueError, match="stated twice"):
        permissions.rule("job:manage", "Twice", permissions.to("student"))


@pytest.mark.usefixtures("context")
def test_the_database_itself_refuses_to_change_the_audit() -> None:
    with transaction():
        audit.record(SYSTEM, "test:append", ("thing", "1"))
    for statement in ("UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event"):
        with pytest.raises(DBAPIError, match="cannot be changed"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_a_refusal_is_kept_although_its_request_is_not(app: Flask) -> None:
    actor = Actor(uuid4())
    with app.app_context():
        audit.record_refusal(actor, Refused("exam:publish", None))
        found = audit.list_events(SYSTEM, audit.EventFilter(actions=("exam:publish",), actor_id=actor.person_id))
        assert [event.refused for event in found.items] == [True]
        db.session.rollback()


def test_ids_grow_with_time() -> None:
    made = [new_id() for _each in range(2)]
    assert made[0].version == 7
    with_pause = [new_id().int >> 80 for _each in range(50)]
    assert with_pause == sorted(with_pause)


def test_a_moment_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"), clock.frozen(datetime(2026, 1, 1)):  # noqa: DTZ001
        pass


def test_vietnamese_dates_and_numbers(app: Flask) -> None:
    with app.test_request_context():
        assert format_date(datetime(2026, 6, 30, 20, tzinfo=UTC)) == "01/07/2026"
        assert format_number(1234.5) == "1.234,5"
        assert format_number(0.25, 3) == "0,250"
        assert format_size(1_400_000) == "1,4 MB"
        assert format_duration(245_000) == "4:05"
    with app.test_request_context("/?lang=en"):
        assert format_number(1234.5) == "1,234.5"
