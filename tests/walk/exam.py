"""Step 6: a teacher draws a test and publishes it; a student sits it, loses nothing, and late answers are refused."""

import hashlib
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import requests

from tests.walk.site import Browser, Page, Site, expect

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TYPES = ("single_choice", "multiple_response", "true_false", "short_numeric")
RESPONSES: dict[str, Any] = {"single_choice": "x2", "multiple_response": ["x1", "x3"],
                             "true_false": {"x1": True, "x2": False}, "short_numeric": "-1,5"}


def walk(site: Site) -> str:
    """A whole exam, then a very short one that the clock ends."""
    teacher, student = site.as_("teacher"), site.as_("student")
    exam = _make_exam(teacher, "Bài thi đi thử", minutes=20, closes_in=timedelta(hours=2))
    player = Player(student, exam)
    saved = player.answer_everything()
    _reload_shows_answers(student, exam, player)
    player.submit()
    receipt = student.get(f"{exam}/submitted").ok()
    expect(player.prev in receipt.text, "the receipt does not carry the last hash")
    refused = player.post(player.answer_event()).json()
    expect(refused.get("reason") == "submitted", "an answer after the submission was taken")
    late = _sit_until_late(site, teacher, student)
    return f"a test drawn, sat and handed in: {saved} answers saved one by one, shown again after reload; {late}"


def _make_exam(teacher: Browser, title: str, *, minutes: int, closes_in: timedelta) -> str:
    """Through the pages, step by step; the address of the exam."""
    page = teacher.get("/exams/new").ok()
    subject = page.tree.xpath("//select[@name='subject_id']/option[normalize-space()='Toán']/@value")[0]
    page = page.form("title").submit(title=title, subject_id=subject, time_limit_minutes=str(minutes),
                                     instructions="Không dùng tài liệu.", **_window(timedelta(hours=2))).ok()
    exam = page.url.rsplit("/", 1)[0].removeprefix(teacher.base)
    expect(page.url.endswith("/plan"), f"the new exam leads to {page.url}")
    for type in TYPES:
        page = page.form("topic_id").submit(type=type, count="1").ok()
    expect("không đủ" not in page.words, "the bank has too few questions of a type")
    drawn = page.form("/draw").submit().ok()
    expect(len(drawn.tree.xpath("//fieldset[@data-item]")) == len(TYPES), "the drawn test does not have four questions")
    _register(teacher, exam)
    page = teacher.get(f"{exam}/edit").ok().form("title").submit(**_window(closes_in)).ok()
    published = page.form("/publish").submit().ok()
    expect("Đã công bố" in published.words, "the exam is not published")
    return exam


def _window(closes_in: timedelta) -> dict[str, str]:
    now = datetime.now(UTC)
    return {"opens_at": _local(now - timedelta(hours=1)), "closes_at": _local(now + closes_in)}


def _register(teacher: Browser, exam: str) -> None:
    page = teacher.get(f"{exam}/candidates").ok()
    classes = page.tree.xpath("//input[@name='classes']/@value")
    expect(classes, "the teacher has no class to choose")
    page = page.form("classes").submit(classes=classes).ok()
    expect("000001" in page.words, "no pupil is on the list")


def _local(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S")


class Player:
    """What the player's scripts do, over HTTP: chain events, save them one by one with the attempt token."""

    def __init__(self, student: Browser, exam: str) -> None:
        listed = student.get("/exams/mine").ok().text
        expect(exam.rsplit("/", 1)[1] in listed, "the exam is not on the student's list")
        page = student.get(f"{exam}/start").ok().form(0).submit().ok()
        self.base, root = student.base, player_root(page)
        self.url, self.token, state = root.get("data-url"), root.get("data-token"), json.loads(root.get("data-state"))
        self.seq, self.prev, self.left = state["seq"], state["hash"], state["remaining_ms"]
        found = page.tree.xpath("//fieldset[@data-item]")
        self.items = {item.get("data-type"): item.get("data-item") for item in found}

    def event(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The next event, chained to the one before."""
        text = json.dumps(payload, ensure_ascii=False)
        event = {"seq": self.seq + 1, "prev": self.prev, "payload": text}
        self.prev = hashlib.sha256(f"{self.prev}\n{self.seq + 1}\n{text}".encode()).hexdigest()
        self.seq += 1
        return event

    def answer_event(self, type: str = "single_choice") -> dict[str, Any]:
        """An answer to the question of this type."""
        return self.event({"item": self.items[type], "response": RESPONSES[type], "ms": 900})

    def post(self, event: dict[str, Any]) -> requests.Response:
        """Save, without any cookie: the token is enough."""
        return requests.post(f"{self.base}{self.url}/events", json={"events": [event]}, timeout=30,
                             headers={"Authorization": f"Bearer {self.token}"})

    def answer_everything(self) -> int:
        """One save a question; how many were acknowledged."""
        for type in TYPES:
            answer = self.post(self.answer_event(type))
            expect(answer.status_code == 200, f"a save answered {answer.status_code}: {answer.text[:200]}")
            expect(answer.json()["acks"][0]["hash"] == self.prev, "the acknowledgement has another hash")
        return len(TYPES)

    def submit(self) -> None:
        """Hand in."""
        answer = self.post(self.event({"submit": True, "ms": 50, "unanswered": 0}))
        expect(answer.status_code == 200, f"handing in answered {answer.status_code}: {answer.text[:200]}")


def player_root(page: Page) -> Any:
    """The element that carries token and state."""
    found = page.tree.xpath("//*[@data-behaviour='exam-player']")
    expect(found, f"{page.url} is not the player")
    return found[0]


def _reload_shows_answers(student: Browser, exam: str, player: Player) -> None:
    state = json.loads(player_root(student.get(f"{exam}/attempt").ok()).get("data-state"))
    shown = {item: answer["response"] for item, answer in state["answers"].items()}
    given = {player.items[type]: RESPONSES[type] for type in TYPES}
    expect(shown == given, f"after reload the page has {shown}, not {given}")


def _sit_until_late(site: Site, teacher: Browser, student: Browser) -> str:
    exam = _make_exam(teacher, "Bài thi rất ngắn", minutes=1, closes_in=timedelta(seconds=30))
    player = Player(student, exam)
    expect(player.post(player.answer_event()).status_code == 200, "the answer before the deadline was not saved")
    expect(player.left <= 30_000, "the deadline is not the server's")
    time.sleep(player.left / 1000 + 0.5)
    late = player.post(player.answer_event("short_numeric"))
    expect(late.status_code == 409 and late.json()["reason"] == "late", f"a late answer got {late.status_code}")
    site.wait(lambda: "Đã nộp" in teacher.get(exam).ok().words, 60, "the clock to hand in the test")
    page = student.get(f"{exam}/submitted").ok()
    expect("1 trên 4 câu" in page.words, "the receipt does not say that one answer counts")
    return "a late answer refused, and the test handed in by the clock"
