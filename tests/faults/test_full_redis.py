"""Redis gone: nothing that people do waits for it; jobs are found in their table when the sweeper looks."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import Celery
from flask import Flask
from flask.testing import FlaskClient

from assessment.delivery import services as delivery
from lms.core import broker
from lms.core.db import transaction
from lms.core.jobs import enqueue
from tests.faults.conftest import Lines
from tests.faults.scenes import EXAM_KIND, publish_thesis, seat_candidate


@pytest.fixture(autouse=True)
def real_wake(app: Flask) -> Iterator[None]:
    """Wake-ups go to Redis here."""
    usual = app.extensions["lms.wake"]
    app.extensions["lms.wake"] = broker.wake(app.extensions["lms.settings"])
    yield
    app.extensions["lms.wake"] = usual


@pytest.mark.timeout(120)
@pytest.mark.parametrize("fault", ["cut", "stall"])
def test_pages_saves_and_new_jobs_do_not_wait_for_it(app: Flask, lines: Lines, fault: str,
                                                     client_of: Callable[[str], FlaskClient],
                                                     run_jobs: Callable[[], int]) -> None:
    teacher, candidate = client_of("teacher"), seat_candidate(app)
    run_jobs()
    getattr(lines["redis"], fault)()
    assert teacher.get("/").status_code == 200
    assert candidate.answer(EXAM_KIND, "o2").status_code == 200
    assert candidate.submit().status_code == 200
    with app.app_context():
        delivery.follow_log()
    assert run_jobs() == 1, "the marks, found as the sweeper finds them"


def test_a_work_is_published_without_it(app: Flask, client: FlaskClient, lines: Lines) -> None:
    lines["redis"].cut()
    assert client.get(publish_thesis(app, "Sóng dừng")).status_code == 200


def test_a_wake_up_is_sent_again_once_it_is_back(app: Flask, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "QUIET_SECONDS", 0)
    send = app.extensions["lms.wake"]
    send()
    lines["redis"].cut()
    with pytest.raises(Exception, match=r"(?i)connect|closed|refused|reset"):
        send()
    lines["redis"].mend()
    send()


@pytest.mark.timeout(120)
def test_a_broker_that_hangs_holds_up_one_request_and_not_the_next(app: Flask, lines: Lines,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []
    send = Celery.send_task

    def counted(celery: Celery, name: str, **given: Any) -> Any:
        tries.append(name)
        return send(celery, name, **given)

    monkeypatch.setattr(Celery, "send_task", counted)
    monkeypatch.setattr(broker, "QUIET_SECONDS", 3_600)
    lines["redis"].stall()
    for _request in range(3):
        with app.app_context(), transaction():
            enqueue("lms.forget_old_jobs")
    assert tries == [broker.WAKE]
