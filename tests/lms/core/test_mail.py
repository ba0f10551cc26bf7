"""Mail by a server: a little one that speaks SMTP, one that is down, one that refuses."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from lms.core import mail
from lms.core.db import db
from lms.core.jobs import Job


class LittleServer(socketserver.ThreadingTCPServer):
    """Takes one message after the other; `refuses` the recipients if told to."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.received: list[str] = []
        self.refuses = False
        super().__init__(("127.0.0.1", 0), Conversation)


class Conversation(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as smtplib needs."""

    def handle(self) -> None:
        self.say("220 here")
        while (line := self.rfile.readline().decode().strip()) and not line.upper().startswith("QUIT"):
            self.answer(line.split()[0].upper())
        self.say("221 bye")

    def answer(self, word: str) -> None:
        if word == "RCPT" and self.server.refuses:
            self.say("550 no such person")
        elif word == "DATA":
            self.say("354 go on")
            lines = iter(self.rfile.readline, b".\r\n")
            self.server.received.append(b"".join(lines).decode())
            self.say("250 taken")
        else:
            self.say("250 well")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def server() -> Iterator[LittleServer]:
    with LittleServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def sending(app: Flask, server: LittleServer, monkeypatch: pytest.MonkeyPatch) -> LittleServer:
    given = replace(app.extensions["lms.settings"], smtp_url=f"smtp://127.0.0.1:{server.server_address[1]}",
                    mail_from="noreply@hoc.example.edu.vn")
    monkeypatch.setitem(app.extensions, "lms.settings", given)
    return server


def send(app: Flask, subject: str = "Chọn mật khẩu mới", text: str = "Xin chào, bấm vào đây") -> None:
    with app.app_context():
        mail.send_mail("hoa@example.edu.vn", subject, text)
        db.session.commit()


def test_a_message_is_sent_after_the_commit_and_its_text_forgotten(
    app: Flask, sending: LittleServer, run_jobs: Callable[[], int]
) -> None:
    send(app)
    assert sending.received == []
    run_jobs()
    message = sending.received[0]
    assert "From: noreply@hoc.example.edu.vn" in message
    assert "To: hoa@example.edu.vn" in message
    assert "Auto-Submitted: auto-generated" in message
    with app.app_context():
        kept = db.session.query(mail.MailMessage).one()
        assert (kept.text, kept.sent_at is not None) == ("", True)
        assert "hoa" not in str(db.session.query(Job).one().arguments)
        mail.deliver_mail(kept.id)
    assert len(sending.received) == 1, "again changes nothing"


def test_nothing_is_sent_where_the_transaction_fails(
    app: Flask, sending: LittleServer, run_jobs: Callable[[], int]
) -> None:
    with app.app_context():
        mail.send_mail("hoa@example.edu.vn", "x", "y")
        db.session.rollback()
    run_jobs()
    assert sending.received == []


def test_a_header_cannot_be_begun_by_what_was_typed(
    app: Flask, sending: LittleServer, run_jobs: Callable[[], int]
) -> None:
    with app.app_context():
        mail.send_mail("hoa@example.edu.vn", "Hello\r\nBcc: all@example.com", "y")
        db.session.commit()
    run_jobs()
    assert "\nBcc:" not in sending.received[0]


def test_a_server_that_is_down_is_waited_for(
    app: Flask, sending: LittleServer, run_jobs: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = app.extensions["lms.settings"]
    monkeypatch.setitem(app.extensions, "lms.settings", replace(given, smtp_url="smtp://127.0.0.1:1"))
    send(app)
    run_jobs()
    with app.app_context():
        job = db.session.query(Job).one()
        assert (job.state, job.tries) == ("queued", 0)
        assert db.session.query(mail.MailMessage).one().text


def test_a_refused_recipient_fails_the_job(app: Flask, sending: LittleServer, run_jobs: Callable[[], int]) -> None:
    sending.refuses = True
    send(app)
    run_jobs()
    with app.app_context():
        assert db.session.query(Job).one().state == "failed"


def test_a_password_is_not_sent_without_encryption(
    app: Flask, sending: LittleServer, run_jobs: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    given, port = app.extensions["lms.settings"], sending.server_address[1]
    monkeypatch.setitem(app.extensions, "lms.settings", replace(given, smtp_url=f"smtp://me:secret@127.0.0.1:{port}"))
    send(app)
    run_jobs()
    assert sending.received == []


def test_without_a_server_production_sends_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    given = app.extensions["lms.settings"]
    monkeypatch.setitem(app.extensions, "lms.settings", replace(given, environment="production"))
    send(app)
    with app.app_context():
        assert not mail.can_send()
        assert db.session.query(mail.MailMessage).count() == 0
