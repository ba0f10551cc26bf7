"""The platform as a client of Keycloak: sign-in, new keys, signing out begun at either end, a second realm beside."""

from collections.abc import Iterator

import pytest

from deploy.run import Platform, free_port
from lms.core.db import transaction
from tests.factories.organisations import make_organisation
from tests.lms.identity.real.conftest import DANGEROUS, made_app, make_stale, own_broker
from tests.lms.identity.real.keycloak import SECRET, UNIVERSITY_CLIENT, Realm, as_university
from tests.lms.identity.real.person import WORD_SECONDS, seconds_until
from tests.taking_turns import one_sign_in_at_a_time
from tests.walk.site import Browser

SCHOOL, UNIVERSITY = "Trường THPT Chu Văn An", "Đại học Thái Nguyên"
PROVIDERS = """
[[provider]]
slug = "university"
label = {{ vi = "Đại học Thái Nguyên", en = "Thai Nguyen University" }}
issuer = "{issuer}"
client_id = "{client}"
client_secret_env = "LMS_OIDC_CLIENT_SECRET"
roles = ["student", "teacher"]
organisation = "DHTN"

[provider.claims]
role = "tai_khoan.chuc_danh"
roles = {{ giang_vien = "teacher", quan_tri = "administrator" }}
organisation = "don_vi"
staff_code = "ma_can_bo"
"""


@pytest.fixture(scope="module")
def port() -> int:
    """Where the platform listens."""
    return free_port()


def back_channel(port: int, slug: str) -> str:
    """Where a provider tells that platform."""
    return f"http://localhost:{port}/sign-in/{slug}/back-channel-logout"


@pytest.fixture(scope="module")
def realm(port: int) -> Iterator[Realm]:
    """A realm of its own, which tells the platform by the back channel."""
    realm = Realm(f"lms-test-{port}", back_channel(port, "main"))
    yield realm
    realm.remove()


@pytest.fixture(scope="module")
def university(port: int) -> Iterator[Realm]:
    """Another realm, of a university."""
    realm = Realm(f"lms-test-{port}-u", back_channel(port, "university"), as_university)
    yield realm
    realm.remove()


@pytest.fixture(scope="module")
def site(port: int, realm: Realm, university: Realm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform that sends people to these realms; it knows the school and the university."""
    folder = tmp_path_factory.mktemp("keycloak")
    site = Platform("full", port, folder / "data", own_names="lms_test_keycloak", log_file=folder / "platform.log")
    providers = folder / "providers.toml"
    providers.write_text(PROVIDERS.format(issuer=university.issuer, client=UNIVERSITY_CLIENT), "utf-8")
    site.environment.update(LMS_OIDC_ISSUER=realm.issuer, LMS_OIDC_CLIENT_SECRET=SECRET,
                            LMS_PROVIDERS_FILE=str(providers),
                            LMS_REDIS_URL=own_broker(site.environment["LMS_REDIS_URL"], 6))
    site.command("forget-everything", "--yes")
    try:
        site.prepare(demo=False)
        with made_app(site).app_context(), transaction():
            make_organisation("school", SCHOOL, code="01-THPT-0001")
            make_organisation("university", UNIVERSITY, code="DHTN")
        site.start()
        yield site
    finally:
        site.stop()
        site.command("forget-everything", "--yes")


def signed_in(site: Platform, username: str) -> Browser:
    """A new browser in which somebody is signed in through Keycloak's own form."""
    with one_sign_in_at_a_time():
        browser = Browser(site.base, username).sign_in(f"demo-{username}")
    assert is_signed_in(browser)
    return browser


def is_signed_in(browser: Browser) -> bool:
    """Whether the platform knows who this is."""
    return browser.get("/account", allow_redirects=False).status == 200


def test_signs_in_and_knows_the_person(site: Platform) -> None:
    page = signed_in(site, "teacher").get("/account").ok()
    assert "Nguyễn Thị Hoa" in page.words
    assert SCHOOL in page.words


def test_new_keys_need_no_restart(site: Platform, realm: Realm) -> None:
    signed_in(site, "teacher")
    before, after = realm.rotate_key()
    assert before != after
    signed_in(site, "student")


def test_signing_out_ends_keycloaks_session_too(site: Platform) -> None:
    browser = signed_in(site, "teacher")
    token = browser.csrf_token()
    page = browser.post("/sign-out", {"csrf_token": token}).ok()
    assert page.url.startswith(f"{site.base}/signed-out"), page.url
    assert not is_signed_in(browser)
    assert browser.get("/sign-in/start").form("username"), "Keycloak asks for the password again"


def test_back_channel_ends_every_session_of_that_person(site: Platform, realm: Realm) -> None:
    desk, phone, other = signed_in(site, "teacher"), signed_in(site, "teacher"), signed_in(site, "student")
    realm.end_sessions("teacher")
    assert seconds_until(lambda: not is_signed_in(desk) and not is_signed_in(phone)) < WORD_SECONDS
    assert is_signed_in(other), "somebody else was signed out"


def test_back_channel_ends_the_one_session_that_it_names(site: Platform, realm: Realm) -> None:
    desk = signed_in(site, "student")
    before = realm.session_ids("student")
    phone = signed_in(site, "student")
    [session_id] = realm.session_ids("student") - before
    realm.end_session(session_id)
    assert seconds_until(lambda: not is_signed_in(phone)) < WORD_SECONDS
    assert is_signed_in(desk)


def test_two_providers_at_once_each_by_its_own_words(site: Platform, university: Realm) -> None:
    teacher, lecturer = signed_in(site, "teacher"), Browser(site.base, "gv0412")
    page = lecturer.get("/sign-in/university/start").ok()
    assert page.url.startswith(university.issuer)
    page = page.form("username").submit(username="gv0412", password="demo-gv0412").ok()
    assert page.url.startswith(site.base), page.url
    account = lecturer.get("/account").ok()
    assert "Võ Minh Khoa" in account.words
    assert UNIVERSITY in account.words
    assert lecturer.api("GET", "/api/v1/me").json()["roles"] == ["teacher"], "what it may not claim is not given"
    assert SCHOOL in teacher.get("/account").ok().words, "the same address is not the same person"
    university.end_sessions("gv0412")
    assert seconds_until(lambda: not is_signed_in(lecturer)) < WORD_SECONDS
    assert is_signed_in(teacher)


def test_a_dangerous_act_asks_for_a_fresh_proof(site: Platform, realm: Realm) -> None:
    browser = signed_in(site, "admin")
    assert browser.get(DANGEROUS).ok().url == f"{site.base}{DANGEROUS}", "who has just signed in is asked nothing"
    make_stale(made_app(site), "Phạm Quốc Việt")
    browser.session.cookies.clear(domain="127.0.0.1")
    page = browser.get(DANGEROUS).ok()
    assert page.url.startswith(realm.issuer)
    assert "max_age=" in page.response.history[-1].url + page.url
    page = page.form("password").submit(username="admin", password="demo-admin").ok()
    assert page.url == f"{site.base}{DANGEROUS}"
