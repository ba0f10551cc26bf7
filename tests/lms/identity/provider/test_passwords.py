"""Passwords and accounts: argon2id, renewed when its cost changes."""

import unicodedata
from dataclasses import replace

import pytest
from flask import Flask

from lms.core import clock
from lms.core.config import Settings
from lms.core.db import db
from lms.core.errors import Forbidden, Invalid
from lms.core.permissions import SYSTEM
from lms.identity.provider import services
from lms.identity.provider.models import ProviderAccount
from lms.identity.provider.passwords import hash_password, password_matches
from tests.factories.identity import make_actor, make_person


def save(username: str = "hoa", password: str = "a long password", **more: object) -> ProviderAccount:
    return services.save_account(
        SYSTEM, username=username, password=password, name="Hoa", **{"roles": ["teacher"], **more}
    )


def test_hashes_are_argon2id_and_salted(context: Flask) -> None:
    one, other = hash_password("a long password"), hash_password("a long password")
    assert one.startswith("$argon2id$v=19$m=1024,t=1,p=1$")
    assert one != other
    assert password_matches(one, "a long password")
    assert not password_matches(one, "a long passwore")
    assert not password_matches(None, "nobody has this password")
    assert not password_matches("not a hash", "x")


def test_the_usual_cost_is_more_than_the_least_that_is_advised() -> None:
    given = Settings()
    assert (given.argon2_memory, given.argon2_passes) == (32 * 1024, 3), "OWASP's least: 19 MiB, two passes"


def test_keyboards_that_write_vietnamese_letters_differently_agree(context: Flask) -> None:
    kept = hash_password(unicodedata.normalize("NFD", "mưa rào tháng bảy"))
    assert password_matches(kept, unicodedata.normalize("NFC", "mưa rào tháng bảy"))


def test_a_hash_of_another_cost_is_renewed_at_the_next_sign_in(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    save("hoa")
    db.session.commit()
    dearer = replace(context.extensions["lms.settings"], argon2_passes=4)
    monkeypatch.setitem(context.extensions, "lms.settings", dearer)
    with pytest.raises(Invalid):
        services.check_password("hoa", "wrong password", address="10.0.0.1")
    assert db.session.query(ProviderAccount).one().password_hash.startswith("$argon2id$v=19$m=1024,t=1,")
    assert services.check_password("hoa", "a long password", address="10.0.0.1")
    assert db.session.query(ProviderAccount).one().password_hash.startswith("$argon2id$v=19$m=1024,t=4,")
    assert services.check_password("hoa", "a long password", address="10.0.0.1")


def test_an_unknown_name_and_a_wrong_password_read_the_same(context: Flask) -> None:
    save("hoa")
    db.session.commit()
    told = []
    for username in ("hoa", "nobody"):
        with pytest.raises(Invalid) as refused:
            services.check_password(username, "wrong password", address="10.0.0.1")
        told.append(refused.value.message)
    assert told[0] == told[1]


def test_a_closed_account_cannot_sign_in(context: Flask) -> None:
    save("hoa").closed_at = clock.now()
    db.session.commit()
    with pytest.raises(Invalid):
        services.check_password("hoa", "a long password", address="10.0.0.1")


def test_saving_again_keeps_subject_and_unchanged_password(context: Flask) -> None:
    first = save("Hoa", subject="s1")
    kept = first.password_hash
    again = save("hoa", subject="s2", roles=["student"])
    assert (again.id, again.subject, again.password_hash, again.roles) == (first.id, "s1", kept, ["student"])
    assert save("hoa", "quite another word").password_hash != kept


@pytest.mark.parametrize(
    "wrong", [{"username": "with space"}, {"username": ""}, {"password": "short"}, {"roles": ["king"]}]
)
def test_what_is_wrong_with_an_account_is_said(context: Flask, wrong: dict) -> None:
    with pytest.raises(Invalid) as refused:
        save(**wrong)
    assert refused.value.problems


def test_only_administrators_make_accounts(context: Flask) -> None:
    teacher = make_actor(make_person("teacher"))
    with pytest.raises(Forbidden):
        services.save_account(teacher, username="x", password="a long password", name="X", roles=[])
    with pytest.raises(Forbidden):
        services.add_client(teacher, client_id="x", name="X", redirect_uris=[], post_logout_redirect_uris=[])


def test_the_command_adds_an_account_and_a_client(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    added = run(
        args=[
            "identity",
            "add-account",
            "hoa",
            "--name",
            "Hoa",
            "--role",
            "teacher",
            "--password",
            "a long password",
        ]
    )
    assert added.exit_code == 0, added.output
    refused = run(args=["identity", "add-account", "hoa", "--name", "Hoa", "--password", "short"])
    assert refused.exit_code == 1
    assert "password" in refused.output
    client = [
        "identity",
        "add-client",
        "library",
        "--name",
        "Thư viện",
        "--redirect-uri",
        "https://a.example/cb",
    ]
    assert run(args=client).exit_code == 0
    assert run(args=client).exit_code == 1, "the name is in use"
