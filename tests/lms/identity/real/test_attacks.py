"""An attacker's pass over the running platform, as a client: by a provider that lies, and by logout tokens that do."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from sqlalchemy import func, select

from lms.core.audit import AuditEvent
from tests.lms.identity.real.conftest import PEOPLE, UNIVERSITY, Provider
from tests.lms.identity.real.person import PASSWORD, WORD_SECONDS, seconds_until
from tests.lms.identity.real.rogue import CLIENT, LOGOUT_EVENT, SECRET, Rogue
from tests.walk.site import Browser, Page

BACK_CHANNEL = "/sign-in/university/back-channel-logout"
LIES: dict[str, dict[str, Any]] = {
    "wrong issuer": {"iss": "https://evil.example"},
    "wrong audience": {"aud": "somebody-else"},
    "an audience beside us, and another party": {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
    "wrong nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "expired": {"exp": 1_000_000_000},
    "issued tomorrow": {"iat": int(time.time()) + 86_400},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is a list": {"sub": ["u1", "u2"]},
}
SIGNATURES = ["sign_by_another_key", "sign_by_the_clients_secret", "sign_by_the_public_key", "sign_by_nothing"]
ELSEWHERE = ["//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
             "/%09/evil.example", "/\t/evil.example", "http:evil.example", "/%5Cevil.example"]
Tokens = Callable[[Rogue, str], str]
LOGOUT_LIES: dict[str, Tokens] = {
    "algorithm none": lambda r, sub: r.sign_by_nothing(r.logout_claims(sub)),
    "signed by another key": lambda r, sub: r.sign_by_another_key(r.logout_claims(sub)),
    "signed with the client's secret": lambda r, sub: r.sign_by_the_clients_secret(r.logout_claims(sub)),
    "signed with the public key": lambda r, sub: r.sign_by_the_public_key(r.logout_claims(sub)),
    "an ID token": lambda r, sub: r.sign(r.logout_claims(sub, events=None, nonce="n", auth_time=1)),
    "with a nonce": lambda r, sub: r.sign(r.logout_claims(sub, nonce="n")),
    "without the event": lambda r, sub: r.sign(r.logout_claims(sub, events={})),
    "another event": lambda r, sub: r.sign(r.logout_claims(sub, events={f"{LOGOUT_EVENT}-not": {}})),
    "the event is a text": lambda r, sub: r.sign(r.logout_claims(sub, events=LOGOUT_EVENT)),
    "for somebody else": lambda r, sub: r.sign(r.logout_claims(sub, aud="somebody-else")),
    "of another issuer": lambda r, sub: r.sign(r.logout_claims(sub, iss="https://evil.example")),
    "of nobody": lambda r, _sub: r.sign(r.logout_claims("", sub=None)),
    "expired": lambda r, sub: r.sign(r.logout_claims(sub, iat=1_000_000_000, exp=1_000_000_100)),
    "without an id": lambda r, sub: r.sign(r.logout_claims(sub, jti=None)),
    "no token": lambda _r, _sub: "x.y.z",
    "empty": lambda _r, _sub: "",
}


@pytest.fixture(autouse=True)
def honest(rogue: Rogue) -> None:
    """Each test begins with an honest provider and a person that nobody knows."""
    rogue.behave()


def come_back(real: Provider, next_path: str = "/account") -> tuple[Browser, Page]:
    """A new browser that was sent to the university's provider, and the page on which it ended."""
    browser = real.browser("")
    return browser, browser.get(UNIVERSITY, params={"next": next_path})


def is_signed_in(browser: Browser) -> bool:
    """Whether the platform knows who this is."""
    return browser.get("/account", allow_redirects=False).status == 200


def refusals(real: Provider) -> int:
    """How many refused sign-ins the audit knows."""
    with real.app.app_context():
        wanted = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "sign_in:refused")
        return real.app.extensions["sqlalchemy"].session.scalar(wanted) or 0


def tell(real: Provider, token: str) -> requests.Response:
    """Deliver a logout token as a provider does."""
    return requests.post(real.platform.base + BACK_CHANNEL, {"logout_token": token}, timeout=60)


def test_an_honest_provider_is_believed(real: Provider) -> None:
    browser, page = come_back(real)
    assert page.ok().url == f"{real.platform.base}/account"
    assert "Lê Văn Tám" in page.words
    assert is_signed_in(browser)


@pytest.mark.parametrize("lie", LIES)
def test_an_id_token_that_lies_signs_nobody_in(real: Provider, rogue: Rogue, lie: str) -> None:
    before = refusals(real)
    rogue.twist = LIES[lie]
    browser, page = come_back(real)
    assert page.status == 400, page.words
    assert not is_signed_in(browser)
    assert refusals(real) == before + 1


@pytest.mark.parametrize("signature", SIGNATURES)
def test_an_id_token_with_a_wrong_signature_signs_nobody_in(real: Provider, rogue: Rogue, signature: str) -> None:
    before = refusals(real)
    rogue.signer = getattr(rogue, signature)
    browser, page = come_back(real)
    assert page.status == 400, page.words
    assert not is_signed_in(browser)
    assert refusals(real) == before + 1


def test_a_replayed_answer_is_refused(real: Provider, rogue: Rogue) -> None:
    browser = real.browser("")
    away = browser.get(UNIVERSITY, allow_redirects=False).response.headers["Location"]
    back = browser.get(away, allow_redirects=False).response.headers["Location"]
    assert browser.get(back).status == 200
    assert browser.get(back).status == 400
    assert real.browser("").get(back).status == 400, "in another browser"


def test_the_answer_of_one_provider_is_nothing_at_the_others_door(real: Provider, rogue: Rogue) -> None:
    browser = real.browser("")
    away = browser.get("/sign-in/start", allow_redirects=False).response.headers["Location"]
    state = away.partition("state=")[2].partition("&")[0]
    rogue.codes["stolen"] = {"nonce": "n"}
    page = browser.get(f"/sign-in/callback?code=stolen&state={state}&iss={rogue.issuer}")
    assert page.status == 400
    assert "stolen" in rogue.codes, "the code was sent to nobody"


def test_the_same_subject_or_address_of_another_provider_is_another_person(real: Provider, rogue: Rogue) -> None:
    teacher = real.browser("teacher").sign_in(PASSWORD)
    rogue.person = {"sub": "subject-of-teacher", "name": "Kẻ Mạo Danh", "email": "teacher@example.edu.vn",
                    "email_verified": True, "preferred_username": "teacher"}
    _browser, page = come_back(real)
    assert "Kẻ Mạo Danh" in page.ok().words
    assert PEOPLE["teacher"] not in page.words
    assert PEOPLE["teacher"] in teacher.get("/account").ok().words


@pytest.mark.parametrize(("place", "given"), [("DHTN", ["student"]), ("BGDDT", []), (None, [])])
def test_a_provider_gives_only_the_roles_that_it_may_where_it_may(real: Provider, rogue: Rogue, place: str | None,
                                                                  given: list[str]) -> None:
    rogue.person |= {"roles": ["administrator", "librarian", "student"], "organisation": place}
    browser, _page = come_back(real)
    assert browser.api("GET", "/api/v1/me").json()["roles"] == given


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_after_signing_in_nobody_lands_elsewhere(real: Provider, elsewhere: str) -> None:
    browser = real.browser("")
    back = browser.get(browser.get(UNIVERSITY, params={"next": elsewhere}, allow_redirects=False)
                       .response.headers["Location"], allow_redirects=False).response.headers["Location"]
    onward = browser.get(back, allow_redirects=False).response.headers["Location"]
    assert urljoin(real.platform.base, onward).startswith(f"{real.platform.base}/"), onward
    assert not set(onward) & set("\\\t\n"), onward


@pytest.mark.parametrize("lie", LOGOUT_LIES)
def test_a_bad_logout_token_ends_nothing(real: Provider, rogue: Rogue, lie: str) -> None:
    browser, _page = come_back(real)
    answer = tell(real, LOGOUT_LIES[lie](rogue, rogue.person["sub"]))
    assert answer.status_code == 400, answer.text
    assert is_signed_in(browser)


def test_a_provider_ends_nobody_elses_session(real: Provider, rogue: Rogue) -> None:
    """Also not with the subject of somebody whom another provider vouches for."""
    teacher = real.browser("teacher").sign_in(PASSWORD)
    tell(real, rogue.sign(rogue.logout_claims("subject-of-teacher")))
    assert is_signed_in(teacher)


def test_a_good_logout_token_ends_every_session_within_a_second_and_once(real: Provider, rogue: Rogue) -> None:
    desk, phone = come_back(real)[0], come_back(real)[0]
    token = rogue.sign(rogue.logout_claims(rogue.person["sub"]), typ="logout+jwt")
    assert tell(real, token).status_code == 200
    assert seconds_until(lambda: not is_signed_in(desk) and not is_signed_in(phone)) < WORD_SECONDS
    again = come_back(real)[0]
    assert tell(real, token).status_code == 400, "a replayed one"
    assert is_signed_in(again)


def test_the_back_channel_takes_no_other_method_and_no_flood(real: Provider) -> None:
    address = real.platform.base + BACK_CHANNEL
    assert requests.get(address, timeout=60).status_code == 405
    assert requests.post(address, {"logout_token": "x" * 2_000_000}, timeout=60).status_code in (400, 413)
    assert SECRET not in requests.post(address, {}, timeout=60).text
