"""A forgotten password: the same answer for everybody, a link that is good once, and what the new password ends."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core import clock, mail
from lms.core.config import Settings
from lms.core.db import db
from lms.core.jobs import Job
from lms.identity.provider.credential_models import PasskeyChallenge, PasswordReset, SignInTry
from lms.identity.provider.models import ProviderAccount, ProviderSession
from lms.identity.provider.passwords import password_matches
from lms.identity.provider.recovery import forget_old
from tests.factories.identity import make_person
from tests.lms.identity.provider.party import log_in, wanted
from tests.lms.identity.provider.test_second_factor import give_app

Run = Callable[[], int]
NEW = "mưa rào tháng bảy"


def ask(client: FlaskClient, identifier: str = "hoa") -> Any:
    return client.post("/oidc/forgotten", data={"identifier": identifier})


def mails(app: Flask) -> list[mail.MailMessage]:
    with app.app_context():
        found = db.session.query(mail.MailMessage).order_by(mail.MailMessage.id).all()
        for each in found:
            each.told = each.text
        db.session.expunge_all()
    return found


def link(app: Flask, client: FlaskClient, run_jobs: Run, identifier: str = "hoa") -> str:
    ask(client, identifier)
    run_jobs()
    return re.search(r"/oidc/reset\?token=\S+", mails(app)[-1].told)[0]


def choose(client: FlaskClient, password: str = NEW, again: str | None = None) -> Any:
    return client.post("/oidc/reset", data={"password": password, "again": again or password})


def test_the_answer_is_the_same_whether_there_is_an_account(
    app: Flask, client: FlaskClient, given: Settings, run_jobs: Run
) -> None:
    pages = [ask(client, name) for name in ("hoa", "nobody", "hoa@example.edu.vn", "no@body.example")]
    assert len({(page.status_code, re.sub(r'value="[^"]*"|content="[^"]*"', "", page.text)) for page in pages}) == 1
    assert "đang được gửi" in pages[0].text or "30" in pages[0].text
    assert mails(app) == [], "looked up only after the answer"
    with app.app_context():
        assert not any("hoa" in str(job.arguments) for job in db.session.query(Job)), "who asked stays sealed"
    run_jobs()
    assert [each.recipient for each in mails(app)] == ["hoa@example.edu.vn"] * 2


def test_the_link_gives_a_new_password_and_ends_every_session(
    app: Flask, client: FlaskClient, given: Settings, run_jobs: Run
) -> None:
    thief = app.test_client()
    log_in(thief, wanted(given))
    opened = client.get(link(app, client, run_jobs))
    assert opened.headers["Location"] == "/oidc/reset", "the token leaves the address at once"
    assert "hoa" in client.get("/oidc/reset").text
    done = choose(client)
    assert done.headers["Location"] == "/oidc/account"
    assert client.get("/oidc/account").status_code == 200
    assert thief.get("/oidc/account").headers["Location"].startswith("/sign-in/start")
    with app.app_context():
        hoa = db.session.query(ProviderAccount).one()
        assert password_matches(hoa.password_hash, NEW)
        assert db.session.query(ProviderSession).filter(ProviderSession.ended_at.is_(None)).count() == 1
        assert db.session.query(SignInTry).filter_by(outcome="changed").count() == 1
    assert "hoa" in mails(app)[-1].told
    assert len(mails(app)) == 2, "the owner is told"


def test_a_link_is_good_once(app: Flask, client: FlaskClient, given: Settings, run_jobs: Run) -> None:
    address = link(app, client, run_jobs)
    client.get(address)
    assert choose(client).status_code == 302
    other = app.test_client()
    other.get(address)
    assert other.get("/oidc/reset").status_code == 404
    assert choose(other, "nắng hạn tháng tư").status_code == 422 or other.get("/oidc/reset").status_code == 404
    with app.app_context():
        assert password_matches(db.session.query(ProviderAccount).one().password_hash, NEW)


def test_a_link_is_good_for_half_an_hour(app: Flask, client: FlaskClient, given: Settings, run_jobs: Run) -> None:
    client.get(link(app, client, run_jobs))
    with clock.shifted(timedelta(minutes=31)):
        assert client.get("/oidc/reset").status_code == 404
        assert choose(client).status_code == 404


def test_a_new_password_ends_other_links(app: Flask, client: FlaskClient, given: Settings, run_jobs: Run) -> None:
    first = link(app, client, run_jobs)
    client.get(link(app, client, run_jobs))
    choose(client)
    other = app.test_client()
    other.get(first)
    assert other.get("/oidc/reset").status_code == 404


def test_a_weak_password_leaves_the_link_for_another_try(
    app: Flask, client: FlaskClient, given: Settings, run_jobs: Run
) -> None:
    client.get(link(app, client, run_jobs))
    assert choose(client, "hoa1234567").status_code == 422
    assert choose(client, NEW, "something else").status_code == 422
    assert choose(client).status_code == 302


def test_the_second_factor_is_still_asked_for(
    app: Flask, client: FlaskClient, given: Settings, run_jobs: Run
) -> None:
    give_app(app)
    client.get(link(app, client, run_jobs))
    assert choose(client).headers["Location"].startswith("/oidc/second-factor")
    assert client.get("/oidc/account").headers["Location"].startswith("/sign-in/start")


def test_the_token_is_kept_as_a_hash_and_the_mail_sealed(
    app: Flask, client: FlaskClient, given: Settings, run_jobs: Run
) -> None:
    token = link(app, client, run_jobs).split("token=")[1]
    with app.app_context():
        assert token not in db.session.query(PasswordReset).one().token_hash
        assert token not in db.session.query(mail.MailMessage).one().sealed


def test_nobodys_mailbox_is_filled(app: Flask, client: FlaskClient, given: Settings, run_jobs: Run) -> None:
    for _time in range(10):
        assert ask(client).status_code == 200
    run_jobs()
    assert len(mails(app)) == 3


def test_an_address_cannot_ask_without_end(client: FlaskClient, given: Settings) -> None:
    assert [ask(client, f"pupil{number}").status_code for number in range(61)] == [200] * 60 + [429]


def test_a_closed_account_and_one_without_an_address_get_nothing(
    app: Flask, client: FlaskClient, given: Settings, run_jobs: Run
) -> None:
    with app.app_context():
        db.session.query(ProviderAccount).one().email = None
        db.session.commit()
    ask(client)
    run_jobs()
    assert mails(app) == []


def test_an_address_shared_by_a_family_gets_a_link_for_each(
    app: Flask, client: FlaskClient, given: Settings, run_jobs: Run
) -> None:
    with app.app_context():
        db.session.add(ProviderAccount(username="lan", subject="s2", name="Lan", email="HOA@example.edu.vn",
                                       password_hash="x", roles=[]))
        db.session.commit()
    ask(client, "Hoa@Example.edu.vn")
    run_jobs()
    assert sorted(name for each in mails(app) for name in ("hoa", "lan") if f"“{name}”" in each.told) == ["hoa", "lan"]


def test_the_mail_is_in_the_language_of_the_page(
    app: Flask, client: FlaskClient, given: Settings, run_jobs: Run
) -> None:
    client.set_cookie("language", "en")
    ask(client)
    run_jobs()
    assert mails(app)[0].subject == "Choose a new password"


def test_without_mail_the_page_sends_to_the_school(
    app: Flask, client: FlaskClient, given: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "lms.settings", replace(given, environment="production"))
    assert "<form method=\"post\" action=\"/oidc/forgotten\"" not in client.get("/oidc/forgotten").text
    assert ask(client).status_code == 200
    with app.app_context():
        assert db.session.query(Job).count() == 0


def test_administrators_read_the_mailbox_and_nobody_else(
    app: Flask, client: FlaskClient, given: Settings, run_jobs: Run, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(app, client, run_jobs)
    with app.app_context():
        people = {role: make_person(role).id for role in ("administrator", "teacher")}
        db.session.commit()
    admin = sign_in(people["administrator"])
    assert "/oidc/reset?token=" in admin.get("/mailbox").text
    assert sign_in(people["teacher"]).get("/mailbox").status_code == 403
    assert client.get("/mailbox").status_code == 302
    monkeypatch.setitem(app.extensions, "lms.settings", replace(given, environment="production"))
    assert admin.get("/mailbox").status_code == 404


def test_what_is_over_is_forgotten(app: Flask, client: FlaskClient, given: Settings, run_jobs: Run) -> None:
    link(app, client, run_jobs)
    log_in(client, wanted(given))
    client.post("/oidc/passkey/begin")
    with app.app_context(), clock.shifted(timedelta(days=91)):
        forget_old()
        db.session.commit()
        for table in (PasswordReset, PasskeyChallenge, SignInTry):
            assert db.session.query(table).count() == 0, table
