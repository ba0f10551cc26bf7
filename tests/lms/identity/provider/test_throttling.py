"""Guessing is slowed down; a class behind one address and an owner at his own device are not."""

from datetime import timedelta
from itertools import count

import pytest
from flask import Flask

from lms.core import clock
from lms.core.db import db
from lms.core.errors import Invalid, TooMany
from lms.identity.provider import services, throttling
from lms.identity.provider.credential_models import SignInTry, Throttle
from lms.identity.provider.models import ProviderAccount
from lms.identity.provider.password_check import check_password
from lms.identity.provider.throttling import ACCOUNT, ADDRESS, FREE_TRIES, LONGEST_PAUSE, pause_after
from lms.identity.provider.visitor import Visitor

GOOD, SCHOOL = "a long password", "10.0.0.1"
HASHED: dict[str, str] = {}


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Throttling is looked at here, not argon2id."""
    from lms.identity.provider import password_check
    monkeypatch.setattr(password_check, "password_matches", lambda kept, typed: kept == typed)
    monkeypatch.setattr(password_check, "needs_rehash", lambda _kept: False)


def add(*usernames: str) -> None:
    for name in usernames:
        db.session.add(ProviderAccount(username=name, subject=name, name=name, password_hash=GOOD, roles=[]))
    db.session.commit()


def tries(username: str, password: str = GOOD, address: str = SCHOOL, device: str = "") -> str:
    """What happens: "in", "wrong" or "wait"."""
    account = services_account(username)
    known = frozenset({account.id.hex}) if account and device else frozenset()
    try:
        check_password(username, password, address=address,
                       visitor=Visitor(address=address, device_id=device, known=known))
    except Invalid:
        return "wrong"
    except TooMany:
        return "wait"
    finally:
        db.session.commit()
    return "in"


def services_account(username: str) -> ProviderAccount | None:
    return db.session.query(ProviderAccount).filter_by(username=username).one_or_none()


def test_pauses_double_up_to_a_limit() -> None:
    pauses = [pause_after(failures) for failures in range(FREE_TRIES + 20)]
    assert pauses[:FREE_TRIES] == [timedelta(0)] * FREE_TRIES
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


def test_guessing_is_paused_for_this_account_at_this_address_only(context: Flask) -> None:
    add("hoa", "lan")
    assert [tries("hoa", "x") for _try in range(FREE_TRIES)] == ["wrong"] * FREE_TRIES
    assert tries("HOA ") == "wait"
    assert tries("lan") == "in"
    assert tries("hoa", address="10.0.0.2") == "in"
    with clock.shifted(timedelta(minutes=1)):
        assert tries("hoa") == "in"


def test_a_class_of_forty_behind_one_address_signs_in_at_once(context: Flask) -> None:
    """Every third pupil mistypes once or twice, one forgets his password altogether."""
    pupils = [f"pupil{number}" for number in range(40)]
    add(*pupils)
    for number, pupil in enumerate(pupils):
        for _typo in range(number % 3):
            assert tries(pupil, "typo") == "wrong"
        if number == 7:
            assert [tries(pupil, "forgotten") for _try in range(12)].count("wait") > 5
            continue
        assert tries(pupil) == "in", pupil
    row = db.session.query(Throttle).filter_by(key=throttling._key("address", SCHOOL)).one()
    assert row.level < ADDRESS.capacity / 4, "right passwords paid the budget back"


def test_guessing_at_one_account_from_many_addresses_is_slow(context: Flask) -> None:
    add("hoa")
    outcomes = [tries("hoa", "guess", address=f"10.1.0.{number}") for number in range(200)]
    assert outcomes.count("wrong") == ACCOUNT.capacity
    with clock.shifted(timedelta(hours=1)):
        later = [tries("hoa", "guess", address=f"10.2.0.{number}") for number in range(200)]
    assert later.count("wrong") == 20


def test_the_owner_is_not_locked_out_of_his_own_device(context: Flask) -> None:
    add("hoa")
    for number in range(200):
        tries("hoa", "guess", address=f"10.1.0.{number}")
    assert tries("hoa") == "wait", "a device that was never seen"
    assert tries("hoa", device="own") == "in"
    for number in range(200):
        tries(f"nobody{number}", "spray")
    assert tries("hoa", device="own") == "in", "even behind the address of the attacker"


def test_a_known_device_guesses_no_faster(context: Flask) -> None:
    add("hoa")
    outcomes = [tries("hoa", "guess", device="shared") for _try in range(20)]
    assert outcomes.count("wrong") == FREE_TRIES


def test_one_password_at_many_accounts_from_one_address_is_slow(context: Flask) -> None:
    add(*(f"pupil{number}" for number in range(150)))
    outcomes = [tries(f"pupil{number}", "spray") for number in range(150)]
    assert outcomes.count("wrong") == ADDRESS.capacity
    with clock.shifted(timedelta(seconds=10)):
        assert tries("pupil149") == "in", "who waits a moment gets in"


def test_an_attacker_cannot_pay_with_an_account_of_his_own(context: Flask) -> None:
    add("mine")
    guessed, numbers = 0, count()
    for _round in range(100):
        tries("mine")
        guessed += [tries(f"victim{next(numbers)}", "x") for _try in range(2)].count("wrong")
    assert guessed <= ADDRESS.capacity + throttling.PAID_BACK


def test_an_account_that_does_not_exist_is_throttled_alike(context: Flask) -> None:
    add("hoa")
    for name in ("hoa", "nobody"):
        assert [tries(name, "x", address=f"10.3.{number}.1") for number in range(30)].count("wait") == 10


def test_neither_address_nor_name_is_kept_by_the_counters(context: Flask) -> None:
    add("hoa")
    tries("hoa", "x")
    for row in db.session.query(Throttle):
        assert SCHOOL not in row.key
        assert "hoa" not in row.key
    assert db.session.query(SignInTry).one().address == SCHOOL, "the owner may see it"


def test_old_counters_are_dropped(context: Flask) -> None:
    add("hoa")
    tries("hoa", "x")
    with clock.shifted(timedelta(days=2)):
        tries("lan", "x", address="10.9.9.9")
    assert db.session.query(Throttle).count() == 3


def test_a_sign_in_without_failures_writes_no_counter(context: Flask) -> None:
    add("hoa")
    assert tries("hoa") == "in"
    assert db.session.query(Throttle).count() == 0
    assert services.check_password("hoa", GOOD, address=SCHOOL).username == "hoa"
