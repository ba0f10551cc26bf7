"""Second factors, passkeys and forgotten passwords in a browser, with Chromium's virtual authenticator."""

import re
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pyotp
import pytest
from playwright.sync_api import CDPSession, Page, expect

from deploy.run import Platform, free_port
from tests.conftest import SIZE

pytestmark = pytest.mark.browser
_numbers = count(1)
PASSWORD, NEW = "một con vịt xòe", "mưa rào tháng bảy"
KEY = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
       "isUserVerified": True, "automaticPresenceSimulation": True}
Check, Shot = Callable[[Page], None], Callable[[Page, str], None]


@pytest.fixture(scope="module")
def platform(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform with its bundled provider; the usual one of the full size has Keycloak, so there it is one more."""
    if SIZE == "embedded":
        yield platform
        return
    folder = tmp_path_factory.mktemp("own-provider")
    own = Platform(SIZE, free_port(), folder / "data", own_names="lms_journey_own", log_file=folder / "platform.log")
    broker = own.environment["LMS_REDIS_URL"].rsplit("/", 1)[0]
    own.environment.update(LMS_OIDC_ISSUER=f"{own.base}/oidc", LMS_REDIS_URL=f"{broker}/2")
    try:
        own.command("forget-everything", "--yes")
        own.prepare(demo=True)
        own.start()
        yield own
    finally:
        own.stop()
        own.command("forget-everything", "--yes")


@pytest.fixture(scope="module")
def live(platform: Platform) -> str:
    """Its address."""
    return platform.base


@pytest.fixture
def account(platform: Platform) -> str:
    """An account of its own for the test; its user name."""
    username = f"lan.{next(_numbers)}"
    platform.command("identity", "add-account", username, "--name", "Vũ Hương Lan", "--role", "teacher",
                     "--email", f"{username}@example.edu.vn", "--password", PASSWORD)
    return username


def virtual_key(page: Page) -> tuple[CDPSession, str]:
    """A virtual authenticator in this page's browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return session, made["authenticatorId"]


def move_key(page: Page, key: tuple[CDPSession, str]) -> tuple[CDPSession, str]:
    """The same passkey in another browser, as on a security key that one carries about."""
    held = key[0].send("WebAuthn.getCredentials", {"authenticatorId": key[1]})["credentials"]
    session, authenticator = virtual_key(page)
    for credential in held:
        session.send("WebAuthn.addCredential", {"authenticatorId": authenticator, "credential": credential})
    return session, authenticator


def log_in(page: Page, username: str, password: str = PASSWORD) -> None:
    page.goto("/sign-in/start?next=/oidc/account")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")


def at_both_widths(page: Page, check_axe: Check, shot: Shot, name: str) -> None:
    for width, label in ((360, "phone"), (1440, "desktop")):
        page.set_viewport_size({"width": width, "height": 800})
        check_axe(page)
        shot(page, f"{name}-{label}")


def add_passkey(page: Page, name: str) -> None:
    page.goto("/oidc/account")
    page.locator("form.passkey [name=name]").fill(name)
    page.locator("form.passkey button").click()
    page.locator(".codes").wait_for()
    page.locator("a.btn-primary").click()
    expect(page.locator("#passkeys")).to_be_visible()


def test_a_passkey_is_made_asked_for_after_the_password_and_enough_alone(
    new_page: Callable[..., Page], account: str, check_axe: Check, shot: Shot, live: str
) -> None:
    page = new_page()
    log_in(page, account)
    page.wait_for_url("**/oidc/account")
    key = virtual_key(page)
    add_passkey(page, "Điện thoại của tôi")
    expect(page.locator(".row-title", has_text="Điện thoại của tôi")).to_be_visible()
    at_both_widths(page, check_axe, shot, "security-vi")

    second = new_page(language="en")
    log_in(second, account)
    second.wait_for_url("**/oidc/second-factor?**")
    at_both_widths(second, check_axe, shot, "second-factor-passkey-en")
    moved = move_key(second, key)
    second.get_by_role("button", name="Use a passkey").click()
    second.wait_for_url("**/oidc/account")
    at_both_widths(second, check_axe, shot, "security-en")

    alone = new_page()
    alone.goto("/sign-in/start?next=/oidc/account")
    at_both_widths(alone, check_axe, shot, "log-in-vi")
    move_key(alone, key)  # as it was before it was used elsewhere: its counter stands behind
    alone.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    expect(alone.get_by_role("alert").first).to_contain_text("không được chấp nhận")
    check_axe(alone)

    alone = new_page()
    alone.goto("/sign-in/start?next=/oidc/account")
    move_key(alone, moved)
    alone.get_by_role("button", name="Đăng nhập bằng khóa truy cập").click()
    alone.wait_for_url(f"{live}/oidc/account")
    alone.goto("/oidc/account/history")
    expect(alone.locator(".rows li")).to_have_count(3)
    at_both_widths(alone, check_axe, shot, "sign-in-history-vi")


def test_a_browser_without_a_passkey_says_so_and_the_recovery_code_helps(
    new_page: Callable[..., Page], account: str, check_axe: Check
) -> None:
    page = new_page()
    log_in(page, account)
    page.wait_for_url("**/oidc/account")
    virtual_key(page)
    page.locator("form.passkey button").click()
    code = page.locator(".codes code").first.inner_text()
    other = new_page()
    log_in(other, account)
    other.wait_for_url("**/oidc/second-factor?**")
    virtual_key(other)
    other.get_by_role("button", name="Dùng khóa truy cập").click()
    expect(other.locator(".passkey-error")).to_contain_text("Chưa dùng được")
    check_axe(other)
    other.locator("[name=code]").fill(code)
    other.locator("[name=code]").press("Enter")
    other.wait_for_url("**/oidc/account")
    expect(other.get_by_text("Còn 9 mã.")).to_be_visible()


def set_up_app(page: Page) -> Any:
    """The app that was set up from the key in the page."""
    page.goto("/oidc/account/authenticator")
    page.locator("summary", has_text=re.compile("Không quét được|cannot scan")).click()
    app = pyotp.TOTP(page.locator(".secret").inner_text().replace(" ", ""))
    page.locator("[name=code]").fill(app.now())
    return app


def test_an_app_is_set_up_and_then_asked_for(
    new_page: Callable[..., Page], account: str, check_axe: Check, shot: Shot
) -> None:
    page = new_page()
    log_in(page, account)
    page.wait_for_url("**/oidc/account")
    page.goto("/oidc/account/authenticator")
    at_both_widths(page, check_axe, shot, "authenticator-vi")
    app = set_up_app(page)
    page.locator("[name=code]").press("Enter")
    page.locator(".codes").wait_for()
    at_both_widths(page, check_axe, shot, "recovery-codes-vi")

    other = new_page(language="en")
    log_in(other, account)
    other.wait_for_url("**/oidc/second-factor?**")
    other.locator("[name=code]").fill("000000")
    other.locator("[name=code]").press("Enter")
    expect(other.locator(".field-error")).to_contain_text("not right")
    at_both_widths(other, check_axe, shot, "second-factor-code-en")
    other.locator("[name=code]").fill(app.at(int(time.time()) + 30))  # the code of now was used to set it up
    other.locator("[name=code]").press("Enter")
    other.wait_for_url("**/oidc/account")


def test_a_forgotten_password_is_replaced_by_a_link_from_the_mailbox(
    new_page: Callable[..., Page], page_as: Callable[..., Page], account: str, check_axe: Check, shot: Shot
) -> None:
    page = new_page()
    page.goto("/sign-in/start")
    page.get_by_role("link", name="Bạn quên mật khẩu?").click()
    at_both_widths(page, check_axe, shot, "forgotten-vi")
    page.locator("[name=identifier]").fill(account)
    page.locator("[name=identifier]").press("Enter")
    expect(page.get_by_role("status").last).to_contain_text("30 phút")
    check_axe(page)
    admin = page_as("admin")
    link = admin.locator(".mail-text a[href*='/oidc/reset?token=']")
    for _try in range(60):
        admin.goto("/mailbox")
        if admin.locator(".rows > li", has_text=f"{account}@").count():
            break
        admin.wait_for_timeout(500)
    at_both_widths(admin, check_axe, shot, "mailbox-vi")
    page.goto(link.first.get_attribute("href") or "")
    page.wait_for_url("**/oidc/reset")
    page.locator("[name=password]").fill("lan1234567")
    page.locator("[name=again]").fill("lan1234567")
    page.locator("[name=again]").press("Enter")
    expect(page.locator(".field-error").first).to_contain_text("tên của bạn")
    at_both_widths(page, check_axe, shot, "new-password-vi")
    page.locator("[name=password]").fill(NEW)
    page.locator("[name=again]").fill(NEW)
    page.locator("[name=again]").press("Enter")
    page.wait_for_url("**/oidc/account")
    again = new_page()
    log_in(again, account, NEW)
    again.wait_for_url("**/oidc/account")
    again.goto("/oidc/account/password")
    at_both_widths(again, check_axe, shot, "change-password-vi")
    again.goto("/oidc/account/confirm")
    at_both_widths(again, check_axe, shot, "confirm-vi")


@pytest.fixture
def strict(platform: Platform) -> Iterator[Platform]:
    """The platform while librarians must have a second factor."""
    platform.environment["LMS_SECOND_FACTOR_ROLES"] = "librarian"
    platform.restart_web()
    yield platform
    del platform.environment["LMS_SECOND_FACTOR_ROLES"]
    platform.restart_web()


def test_a_role_that_must_have_a_second_factor_is_led_through_it(
    strict: Platform, account: str, new_page: Callable[..., Page], check_axe: Check, shot: Shot
) -> None:
    strict.command("identity", "add-account", account, "--name", "Vũ Hương Lan", "--role", "librarian",
                   "--password", PASSWORD)
    page = new_page()
    log_in(page, account)
    page.wait_for_url("**/oidc/enrol?**")
    at_both_widths(page, check_axe, shot, "enrol-vi")
    virtual_key(page)
    page.get_by_role("button", name="Tạo khóa truy cập trên thiết bị này").click()
    page.locator(".codes").wait_for()
    check_axe(page)
    page.get_by_role("button", name="Tôi đã cất giữ").click()
    page.wait_for_url("**/oidc/account")
