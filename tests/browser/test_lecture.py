"""Journey: a teacher uploads a lecture in Chromium, a librarian publishes it, and it really plays."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.factories.media import make_clip
from tests.walk.lecture import LECTURE, SUBJECT

pytestmark = pytest.mark.browser
MADE_IN = 120_000


def describe(page: Page) -> str:
    """By the form; the work's address."""
    page.goto("/works/new/lecture")
    for name in ("title", "abstract", "lecturers", "keywords"):
        page.locator(f"main [name={name}]").fill(LECTURE[name])
    page.locator("main [name=subject]").select_option(label=SUBJECT)
    for name in ("grade", "language", "licence"):
        page.locator(f"main [name={name}]").select_option(LECTURE[name])
    page.locator("main form:has([name=title]) button[type=submit]:not([name])").last.click()
    page.wait_for_url("**/files")
    return page.url.removesuffix("/files")


def send(page: Page, path: Path) -> None:
    """Choose a file; wait until its pieces have arrived; send the form."""
    page.locator("input[type=file]").set_input_files(path)
    expect(page.locator("[data-part=said]")).to_have_text("Tệp đã được gửi xong.")
    page.locator("form:has([name=upload]) button[type=submit]").click()
    page.wait_for_load_state()


def test_from_upload_to_playing(page_as: Callable[..., Page], new_page: Callable[..., Page], live: str,
                                check_axe: Callable[[Page], None], shot: Callable[[Page, str], None],
                                tmp_path: Path) -> None:
    teacher = page_as("teacher")
    work = describe(teacher)
    check_axe(teacher)
    fail_and_be_told(teacher, check_axe, shot, tmp_path)
    send(teacher, make_clip("1280x720", seconds=12, rate=25))
    expect(teacher.locator("[data-behaviour=media-progress], [data-behaviour=player]").first).to_be_visible()
    check_axe(teacher)
    shot(teacher, "lecture-preparing")
    expect(teacher.locator("[data-behaviour=player]")).to_be_visible(timeout=MADE_IN)
    hand_in_and_publish(teacher, page_as("librarian"), work, check_axe)
    visitor = new_page()
    watch(visitor, work)
    check_axe(visitor)
    shot(visitor, "lecture")
    on_a_phone(new_page, work, check_axe, shot)


def fail_and_be_told(teacher: Page, check_axe: Callable[[Page], None], shot: Callable[[Page, str], None],
                     folder: Path) -> None:
    """A program with a video's name: a reason that a teacher understands, and a button to run it again."""
    program = folder / "bai-giang.mp4"
    program.write_bytes(b"MZ\x90\x00" * 500)
    send(teacher, program)
    expect(teacher.locator("main")).to_contain_text("không phải là video", timeout=MADE_IN)
    expect(teacher.get_by_role("button", name="Chạy lại")).to_be_visible()
    check_axe(teacher)
    shot(teacher, "lecture-failed")


def hand_in_and_publish(teacher: Page, librarian: Page, work: str, check_axe: Callable[[Page], None]) -> None:
    """The teacher hands in; the librarian looks at the video beside the record and publishes."""
    teacher.goto(f"{work}/finish")
    teacher.locator("button[name=step][value=submit]").click()
    teacher.wait_for_load_state()
    librarian.goto(f"/curation/{work.rsplit('/', 1)[-1]}")
    librarian.locator("form[action$='/claim'] button").click()
    expect(librarian.locator("[data-behaviour=player]")).to_be_visible()
    check_axe(librarian)
    librarian.locator("form[action$='/publish'] button[type=submit]").click()
    librarian.wait_for_load_state()


def time_of(page: Page) -> float:
    """Where the video is, seconds."""
    return float(page.evaluate("document.querySelector('video').currentTime"))


def until(page: Page, what: str, seconds: float = 20) -> None:
    """Wait for something to be true of `video`. Asked again and again: the page's policy forbids eval."""
    question = f"(() => {{ const video = document.querySelector('video'); return {what}; }})()"
    deadline = time.monotonic() + seconds
    while not page.evaluate(question):
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        page.wait_for_timeout(100)


def watch(page: Page, work: str) -> None:
    """Play, jump, pause by keyboard; the picture and the sound really run."""
    page.goto(work)
    figure = page.locator("[data-behaviour=player]")
    expect(figure).to_be_visible()
    page.locator("video").focus()
    page.keyboard.press("k")
    until(page, "video.currentTime > 1.5 && video.videoWidth > 0")
    decoded = page.evaluate("document.querySelector('video').webkitDecodedFrameCount")
    heard = page.evaluate("document.querySelector('video').webkitAudioDecodedByteCount")
    assert decoded > 20, f"{decoded} frames were decoded"
    assert heard > 0, "no sound was decoded"
    assert abs(page.evaluate("document.querySelector('video').duration") - 12) < 0.5
    expect(figure.locator("[data-part=message]")).to_be_hidden()
    page.keyboard.press("l")
    until(page, "video.currentTime > 9 || video.ended")
    page.keyboard.press("m")
    assert page.evaluate("document.querySelector('video').muted") is True
    page.keyboard.press("j")
    page.keyboard.press("k")
    until(page, "video.paused")
    stopped = time_of(page)
    page.wait_for_timeout(400)
    assert time_of(page) == pytest.approx(stopped, abs=0.1)


def on_a_phone(new_page: Callable[..., Page], work: str, check_axe: Callable[[Page], None],
               shot: Callable[[Page, str], None]) -> None:
    """Upright and dark; nothing is loaded before play but the poster."""
    page = new_page(width=360, dark=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(work, wait_until="networkidle")
    assert not [url for url in asked if "240.m3u8" in url], "a rendition is loaded before play"
    check_axe(page)
    shot(page, "lecture-phone")
    page.locator("video").focus()
    page.keyboard.press("k")
    until(page, "video.currentTime > 1")


def test_an_upload_survives_a_pause_a_lost_line_and_a_reload(page_as: Callable[..., Page],
                                                             shot: Callable[[Page, str], None],
                                                             tmp_path: Path) -> None:
    page = page_as("teacher")
    work = describe(page)
    big = tmp_path / "bài giảng dài.mp4"
    big.write_bytes(make_clip("640x360", seconds=2).read_bytes() + bytes(40_000_000))
    offsets: list[int] = []
    page.on("request", lambda request: note_offset(request, offsets))
    line = page.context.new_cdp_session(page)
    set_line(line, offline=False)
    page.locator("input[type=file]").set_input_files(big)
    while len(offsets) < 3:
        page.wait_for_timeout(50)
    set_line(line, offline=True)
    expect(page.locator("[data-part=said]")).to_contain_text("Mất kết nối")
    shot(page, "upload-offline")
    page.locator("[data-part=pause]").click()
    expect(page.locator("[data-part=said]")).to_contain_text("Đã tạm dừng")
    set_line(line, offline=False)
    page.goto(f"{work}/files")
    offsets.clear()
    send(page, big)
    assert min(offsets) > 0, "after the reload the upload began from its first byte"
    expect(page.locator("main")).to_contain_text("bài giảng dài.mp4")


def note_offset(request: Any, offsets: list[int]) -> None:
    """Remember where each piece begins."""
    if request.method == "PATCH":
        offsets.append(int(request.headers["upload-offset"]))


def set_line(session: CDPSession, *, offline: bool) -> None:
    """A line on which an upload takes a while, or none at all."""
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {
        "offline": offline, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 8_000_000})


def test_without_script_the_form_carries_the_file(page_as: Callable[..., Page], browser: Any, contexts: list[Any],
                                                  live: str) -> None:
    signed_in = page_as("teacher")
    work = describe(signed_in)
    context = browser.new_context(java_script_enabled=False, base_url=live,
                                  storage_state=signed_in.context.storage_state())
    contexts.append(context)
    page = context.new_page()
    page.goto(f"{work}/files")
    page.locator("input[type=file]").set_input_files(make_clip(seconds=2))
    page.locator("form:has([name=upload]) button[type=submit]").click()
    page.wait_for_url("**/files")
    expect(page.locator("main")).to_contain_text(make_clip(seconds=2).name)
