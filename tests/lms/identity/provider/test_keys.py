"""Signing keys: sealed in the database, changed without anybody noticing."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import select

from lms.core import clock
from lms.core.config import Settings
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden
from lms.core.permissions import SYSTEM, Actor, positions_in
from lms.core.signing import InvalidToken, seal, unseal
from lms.identity.provider import keys
from lms.identity.provider.models import ProviderKey


def published(client: FlaskClient) -> list[str]:
    return [key["kid"] for key in client.get("/oidc/keys").json["keys"]]


def test_a_key_is_made_once_and_kept_sealed(app: Flask, client: FlaskClient, given: Settings) -> None:
    first = published(client)
    assert len(first) == 1
    assert published(client) == first
    with app.app_context():
        assert keys.signing_key().kid == first[0]
        row = db.session.scalars(select(ProviderKey)).one()
        assert "PRIVATE" not in row.sealed
        assert "d" not in row.public


def test_a_rotation_is_never_noticed(app: Flask, client: FlaskClient, given: Settings) -> None:
    with app.app_context():
        old = keys.signing_key()
        signed = jwt.encode({"alg": "RS256", "kid": old.kid}, {"sub": "x"}, old)
        keys.prepare_next_key()
    before = published(client)
    assert len(before) == 2
    with app.app_context(), clock.shifted(timedelta(hours=2)):
        assert keys.rotate_keys(SYSTEM) == before[1], "the key that everybody knows already"
        assert keys.signing_key().kid == before[1]
    after = published(client)
    assert before[0] in after
    assert len(after) == 3
    assert jwt.decode(signed, KeySet.import_key_set(client.get("/oidc/keys").json)).claims == {"sub": "x"}
    with app.app_context():
        assert db.session.scalar(select(ProviderKey.sealed).where(ProviderKey.kid == before[0])) == ""
    with clock.shifted(timedelta(days=20)):
        assert before[0] not in published(client)


def test_the_next_key_signs_nothing_before_it_is_known(app: Flask, given: Settings) -> None:
    with app.app_context():
        first = keys.signing_key().kid
        with pytest.raises(Conflict):
            keys.rotate_keys(SYSTEM)
        assert keys.signing_key().kid == first
        assert keys.rotate_keys(SYSTEM, at_once=True) != first, "a stolen key goes at once"


def test_keys_change_by_themselves_after_their_days(app: Flask, given: Settings) -> None:
    with app.app_context():
        first = keys.signing_key().kid
        keys.keep_keys_fresh()
        with clock.shifted(timedelta(days=89)):
            keys.keep_keys_fresh()
            assert keys.signing_key().kid == first
        with clock.shifted(timedelta(days=91)):
            keys.keep_keys_fresh()
            assert keys.signing_key().kid != first
        with clock.shifted(timedelta(days=110)):
            keys.keep_keys_fresh()
            assert db.session.scalar(select(ProviderKey).where(ProviderKey.kid == first)) is None


def test_the_key_of_earlier_releases_is_taken_over_once(app: Flask, given: Settings) -> None:
    path = given.data_folder / "keys" / keys.OLD_KEY_FILE
    path.parent.mkdir(exist_ok=True)
    old = RSAKey.generate_key(2048)
    path.write_bytes(old.as_pem(private=True))
    with app.app_context():
        assert keys.signing_key().thumbprint() == old.thumbprint()
    assert not path.exists()


def test_a_lost_secret_makes_a_new_key_instead_of_a_fault(app: Flask, given: Settings,
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        first = keys.signing_key().kid
        another = replace(given, secret_key="another", secret_key_previous="")
        monkeypatch.setitem(app.extensions, "lms.settings", another)
        assert keys.signing_key().kid != first
        monkeypatch.setitem(app.extensions, "lms.settings",
                            replace(given, secret_key="a third", secret_key_previous="another"))
        assert keys.signing_key().kid != first


def test_only_the_ministry_changes_keys(app: Flask, given: Settings) -> None:
    with app.app_context():
        for role in ("teacher", "librarian"):
            with pytest.raises(Forbidden):
                keys.rotate_keys(Actor(person_id=uuid4(), positions=positions_in([], role)))


def test_the_command_rotates(app: Flask, given: Settings) -> None:
    runner = app.test_cli_runner()
    refused = runner.invoke(args=["identity", "rotate-keys"])
    assert refused.exit_code == 1
    assert "--now" in refused.output
    done = runner.invoke(args=["identity", "rotate-keys", "--now"])
    assert done.exit_code == 0
    with app.app_context():
        assert keys.signing_key().kid == done.output.strip()


def test_what_is_sealed_for_one_purpose_opens_for_no_other(app: Flask, given: Settings) -> None:
    with app.app_context():
        sealed = seal("one", "bí mật")
        assert unseal("one", sealed) == "bí mật"
        for purpose, text in (("two", sealed), ("one", "x"), ("one", sealed[:-4])):
            with pytest.raises(InvalidToken):
                unseal(purpose, text)
