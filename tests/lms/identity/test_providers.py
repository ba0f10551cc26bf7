"""The providers file: what it gives, how it is refused by line and field; and what a provider may say of people."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.app import create_app
from lms.core.config import SettingsError, read_settings
from lms.core.db import db, transaction
from lms.core.permissions import SYSTEM
from lms.identity import services
from lms.identity.claims import read_claims
from lms.identity.models import PersonCode, RoleAssignment
from lms.identity.providers import providers, read_providers
from tests.conftest import make_settings
from tests.factories.identity import make_actor
from tests.factories.organisations import make_organisation
from tests.lms.identity.little_provider import LittleProvider
from tests.lms.identity.walkers import is_signed_in, last_refusal, query_of, sign_in_at

GOOD = """
[[provider]]
slug = "bach-khoa"
label = { vi = "Đại học Bách khoa Hà Nội", en = "HUST" }
issuer = "https://id.hust.edu.vn"
client_id = "lms"
client_secret_env = "SECRET"
roles = ["student"]
organisation = "BKHN"
"""


def read(tmp_path: Path, text: str, **environ: str):
    path = tmp_path / "providers.toml"
    path.write_text(text, "utf-8")
    return read_providers(read_settings({}, providers_file=str(path)), {"SECRET": "s"} | environ)


def test_without_a_file_there_is_the_one_of_the_settings() -> None:
    found = read_providers(read_settings({}))
    assert [each.slug for each in found] == ["main"]
    assert found.main.issuer == "http://localhost:8080/oidc"


def test_a_file_adds_providers_within_bounds(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD, SECRET="a secret").find("bach-khoa")
    assert found is not None
    assert (found.label("vi"), found.label("en")) == ("Đại học Bách khoa Hà Nội", "HUST")
    assert found.roles == {"student"}
    assert "a secret" not in repr(found)


def test_the_main_one_may_be_given_a_name_and_a_mapping(tmp_path: Path) -> None:
    main = read(tmp_path, '[main]\nlabel = { vi = "Bộ", en = "Ministry" }\n[main.claims]\npupil_code = "ma_hs"').main
    assert main.label("en") == "Ministry"
    assert main.claims.codes == {"pupil": "ma_hs"}
    assert main.claims.role == "roles"


@pytest.mark.parametrize(("change", "line", "field"), [
    (('slug = "bach-khoa"', 'slug = "Bách Khoa"'), 3, "slug"),
    (('slug = "bach-khoa"', 'slug = "main"'), 3, "slug"),
    (('slug = "bach-khoa"\n', ""), 2, "slug"),
    (('"https://id.hust.edu.vn"', '"http://id.hust.edu.vn"'), 5, "issuer"),
    (('"https://id.hust.edu.vn"', "7"), 5, "issuer"),
    (('client_secret_env = "SECRET"', 'client_secret_env = "NOT_SET"'), 7, "client_secret_env"),
    (('roles = ["student"]', 'roles = ["pupil"]'), 8, "roles"),
    (('roles = ["student"]', 'roles = "student"'), 8, "roles"),
    (('organisation = "BKHN"\n', ""), 2, "organisation"),
    (('roles = ["student"]', 'rolls = ["student"]'), 8, "rolls"),
    (('en = "HUST"', 'en = ""'), 4, "label"),
    (('roles = ["student"]', 'scopes = ["profile"]'), 8, "scopes"),
    (('roles = ["student"]', 'shown = "yes"'), 8, "shown"),
    (('roles = ["student"]', '[provider.claims]\nroles = { a = "king" }'), 9, "claims.roles"),
    (('roles = ["student"]', "[provider.claims]\npupil_code = 7"), 9, "claims.pupil_code"),
    (('roles = ["student"]', '[provider.claims]\npupil = "x"'), 9, "claims.pupil")])
def test_a_bad_file_is_refused_by_line_and_field(tmp_path: Path, change: tuple[str, str], line: int,
                                                 field: str) -> None:
    with pytest.raises(SettingsError, match=rf"providers\.toml, line {line}, provider 1, {field}: "):
        read(tmp_path, GOOD.replace(*change))


@pytest.mark.parametrize("text", ["[[provider]", "provider = 7", "[provider]\nslug = 'a'", "[others]", GOOD + GOOD,
                                  "[main]\nissuer = 'https://x.example'"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"providers\.toml"):
        read(tmp_path, text)


def test_the_platform_does_not_start_with_a_bad_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="LMS_PROVIDERS_FILE"):
        create_app(make_settings(tmp_path, providers_file=str(tmp_path / "missing.toml")))


@pytest.mark.usefixtures("two_providers")
def test_the_sign_in_page_shows_all_and_remembers_the_last(client: FlaskClient, university: LittleProvider) -> None:
    page = client.get("/sign-in?next=/account").text
    assert page.index("Bộ Giáo dục và Đào tạo") < page.index("Đại học Bách khoa Hà Nội")
    assert sign_in_at(client, university, "/sign-in/bach-khoa/start?next=/account").headers["Location"] == "/account"
    client.post("/sign-out")
    page = client.get("/sign-in").text
    assert page.index("Đại học Bách khoa Hà Nội") < page.index("Bộ Giáo dục và Đào tạo")


def test_one_provider_is_one_button(client: FlaskClient) -> None:
    assert client.get("/sign-in").text.count("btn-door") == 1


@pytest.mark.usefixtures("two_providers")
def test_each_provider_has_its_own_callback(client: FlaskClient) -> None:
    asked = query_of(client.get("/sign-in/bach-khoa/start").headers["Location"])
    assert asked["redirect_uri"] == "http://localhost:8080/sign-in/bach-khoa/callback"
    assert query_of(client.get("/sign-in/start").headers["Location"])["redirect_uri"].endswith("/sign-in/callback")


@pytest.mark.usefixtures("two_providers")
def test_signing_out_goes_by_the_provider_of_the_sign_in(client: FlaskClient, university: LittleProvider) -> None:
    sign_in_at(client, university, "/sign-in/bach-khoa/start")
    assert client.post("/sign-out").headers["Location"].startswith(f"{university.issuer}/end?")


@pytest.fixture
def places(app: Flask, two_providers: object) -> dict[str, object]:
    """The ministry, the university with a faculty below it."""
    with app.app_context(), transaction():
        top = make_organisation("ministry", code="BGDDT")
        school = make_organisation("university", code="BKHN", parent=top)
        make_organisation("university", code="KINHTE", parent=top)
        return {"ministry": top.id, "BKHN": school.id}


def roles_after(app: Flask, client: FlaskClient, university: LittleProvider, **claims: object) -> set[tuple[str, bool]]:
    """The roles of who signs in at the university with these claims, and whether they reach over the country."""
    university.userinfo |= claims
    assert sign_in_at(client, university, "/sign-in/bach-khoa/start").status_code == 302
    with app.app_context():
        found = services.find_linked_person(university.issuer, "s1")
        assert found is not None
        return {(each.role, each.nationwide) for each in make_actor(found).positions}


def test_a_university_maps_its_own_words(app: Flask, client: FlaskClient, university: LittleProvider,
                                         places: dict[str, object]) -> None:
    found = roles_after(app, client, university, affiliation=["giang-vien", "other"], faculty="BKHN")
    assert found == {("teacher", False)}


@pytest.mark.parametrize("claims", [
    {"affiliation": "administrator", "faculty": "BGDDT"}, {"affiliation": "thu-thu", "faculty": "BGDDT"},
    {"affiliation": "thu-thu", "faculty": "KINHTE"}, {"affiliation": "thu-thu"}, {"roles": ["administrator"]},
    {"affiliation": "thu-thu", "faculty": "no-such-place"}])
def test_a_university_cannot_make_a_ministry_administrator(
        app: Flask, client: FlaskClient, university: LittleProvider, places: dict[str, object],
        claims: dict[str, object]) -> None:
    assert roles_after(app, client, university, **claims) == set()
    with app.app_context():
        assert db.session.query(RoleAssignment).count() == 0


def test_what_one_provider_says_leaves_what_another_said(app: Flask, places: dict[str, object]) -> None:
    with app.app_context(), transaction():
        main, university = providers()
        told = read_claims({"sub": "s1", "roles": ["teacher"], "organisation": "KINHTE"}, main.claims)
        person = services.recognise_person(main, told)
        services.link_identity(SYSTEM, person.id, issuer=university.issuer, subject="u1")
        told = read_claims({"sub": "u1", "affiliation": "sinh-vien", "faculty": "BKHN"}, university.claims)
        services.recognise_person(university, told)
        assert make_actor(person).roles == {"teacher", "student"}
        services.recognise_person(university, read_claims({"sub": "u1"}, university.claims))
        assert make_actor(person).roles == {"teacher"}


def codes(app: Flask) -> dict[str, str]:
    with app.app_context():
        return {row.kind: row.code for row in db.session.scalars(select(PersonCode))}


@pytest.mark.usefixtures("two_providers")
def test_codes_are_kept_with_the_person_and_replaced(app: Flask, client: FlaskClient,
                                                     university: LittleProvider) -> None:
    university.userinfo |= {"student_number": "tam-001", "employee": {"code": 17}, "cccd": "001099012345"}
    sign_in_at(client, university, "/sign-in/bach-khoa/start")
    kept = codes(app)
    assert (kept["pupil"], kept["staff"]) == ("TAM-001", "17")
    assert "001099012345" not in kept["personal_number"]
    assert "TAM-001" in client.get("/account").text
    university.userinfo["student_number"] = "0123456789"
    sign_in_at(client, university, "/sign-in/bach-khoa/start")
    assert codes(app)["pupil"] == "0123456789", "a temporary code is replaced by the final one"
    with app.app_context():
        person = services.find_linked_person(university.issuer, "s1")
        assert person is not None
        assert services.find_person_by_code("personal_number", "001099012345") == person.id


@pytest.mark.usefixtures("two_providers")
def test_a_code_of_somebody_else_is_refused(app: Flask, client: FlaskClient, university: LittleProvider) -> None:
    """A duplicate code: nothing is half done, and the first keeps it."""
    university.userinfo["student_number"] = "0123456789"
    sign_in_at(client, university, "/sign-in/bach-khoa/start")
    other = app.test_client()
    university.userinfo |= {"sub": "s2", "name": "Người khác"}
    answer = sign_in_at(other, university, "/sign-in/bach-khoa/start")
    assert answer.status_code == 400
    assert last_refusal(app) == "code-taken:pupil"
    assert not is_signed_in(other)
    with app.app_context():
        assert services.find_linked_person(university.issuer, "s2") is None
