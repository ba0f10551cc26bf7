"""People: made at the first sign-in, linked by issuer and subject, with the roles that are claimed now."""

from dataclasses import replace

import pytest
from flask import Flask

from lms.core.config import read_settings
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.ids import new_id
from lms.core.permissions import SYSTEM
from lms.identity import services
from lms.identity.claims import Claims
from lms.identity.models import IdentityLink, Person
from lms.identity.provider.models import ProviderAccount
from lms.identity.providers import MAIN, Provider
from lms.organisations import services as organisations
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school

ISSUER = "https://id.example"
PROVIDER = Provider(MAIN, ISSUER, "lms", "secret")


def claims(subject: str = "s1", *roles: str, organisation: str | None = None, name: str = "An") -> Claims:
    return Claims(
        subject=subject,
        name=name,
        email="same@example.edu.vn",
        roles=frozenset(roles),
        organisation_code=organisation,
    )


def test_a_subject_is_one_person_and_an_address_is_nobody(context: Flask) -> None:
    first = services.recognise_person(PROVIDER, claims("s1"))
    assert services.recognise_person(PROVIDER, claims("s1", name="Bình")).id == first.id
    assert first.name == "Bình", "the provider's name of today"
    assert services.recognise_person(PROVIDER, claims("s2")).id != first.id
    other = replace(PROVIDER, slug="other", issuer="https://other.example")
    assert services.recognise_person(other, claims("s1")).id != first.id


def test_claimed_roles_are_those_of_today_and_granted_ones_stay(context: Flask) -> None:
    school = make_school()
    person = services.recognise_person(PROVIDER, claims("s1", "teacher", organisation=school.code))
    services.add_role(SYSTEM, person.id, role="librarian")
    assert make_actor(person).roles == {"teacher", "librarian"}
    services.recognise_person(PROVIDER, claims("s1", "student", organisation="not known here"))
    assert make_actor(person).roles == {"student", "librarian"}
    assert make_actor(person).organisation_ids == frozenset()
    services.recognise_person(PROVIDER, claims("s1"))
    assert make_actor(person).roles == {"librarian"}


def test_signing_in_again_makes_no_row_twice(context: Flask) -> None:
    school = make_school()
    for _time in range(2):
        person = services.recognise_person(PROVIDER, claims("s1", "teacher", organisation=school.code))
    assert organisations.organisation_ids_of(person.id) == {school.id}
    assert db.session.query(Person).count() == 1


def test_two_first_sign_ins_at_once_make_one_person(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from lms.identity.services import recognition

    winner = services.recognise_person(PROVIDER, claims("s1"))
    answers = iter([None, winner])
    monkeypatch.setattr(recognition, "find_linked_person", lambda *_who: next(answers))
    assert services.recognise_person(PROVIDER, claims("s1")).id == winner.id
    assert db.session.query(Person).count() == 1


def test_a_person_made_by_hand_can_be_linked_once(context: Flask) -> None:
    school = make_school()
    person = services.create_person(SYSTEM, name="Chi", roles=["teacher"], organisation_id=school.id)
    for _time in range(2):
        services.link_identity(SYSTEM, person.id, issuer=ISSUER, subject="s9")
    assert services.recognise_person(PROVIDER, claims("s9", "teacher")).id == person.id
    assert db.session.query(IdentityLink).count() == 1
    with pytest.raises(Conflict):
        services.link_identity(SYSTEM, make_person().id, issuer=ISSUER, subject="s9")
    assert organisations.organisation_ids_of(person.id) == {school.id}


def test_names_are_told_by_id(context: Flask) -> None:
    person = make_person(name="Dung")
    assert services.person_names([person.id, new_id()]) == {person.id: "Dung"}
    assert services.find_person(SYSTEM, new_id()) is None


def test_only_administrators_manage_people(context: Flask) -> None:
    teacher = make_actor(make_person("teacher"))
    for attempt in (
        lambda: services.create_person(teacher, name="X"),
        lambda: services.add_role(teacher, teacher.id, role="administrator"),
        lambda: services.link_identity(teacher, teacher.id, issuer=ISSUER, subject="x"),
        lambda: services.ensure_demo_accounts(teacher),
    ):
        with pytest.raises(Forbidden):
            attempt()


def test_roles_that_are_not_and_people_who_are_not(context: Flask) -> None:
    with pytest.raises(Invalid):
        services.add_role(SYSTEM, make_person().id, role="king")
    with pytest.raises(NotFound):
        services.add_role(SYSTEM, new_id(), role="teacher")


def test_demo_people_are_made_once(context: Flask) -> None:
    school = organisations.add_organisation(SYSTEM, code="01-THPT-0001", name="Trường", kind="school")
    first = services.ensure_demo_accounts(SYSTEM)
    assert services.ensure_demo_accounts(SYSTEM) == first
    assert set(first) == {"teacher", "student", "librarian", "admin", "department"}
    assert school.id in organisations.organisation_ids_of(first["teacher"])
    assert db.session.query(Person).count() == 5


def test_production_refuses_demo_people(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    production = read_settings({}, environment="production", secret_key="s" * 32, oidc_client_secret="c" * 32)
    monkeypatch.setitem(app.extensions, "lms.settings", production)
    with app.app_context():
        with pytest.raises(Forbidden):
            services.ensure_demo_accounts(SYSTEM)
        assert db.session.query(ProviderAccount).count() == 0
