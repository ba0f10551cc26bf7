"""The broker that carries wake-up messages: a folder on the embedded size, Redis on the full one."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

from lms.core.config import Settings

WAKE = "worker.wake"
TABLE_TRIES = 20
QUIET_SECONDS = 10


class FolderChannel(filesystem.Channel):
    """kombu's channel over a folder, with messages that appear whole or not at all.

    kombu opens the file under its final name and then writes, so a reader can meet it empty and its worker
    ends (kombu issue 1551). Ours is written beside and renamed. What cannot be read is dropped: a wake-up
    carries nothing.
    """

    def _put(self, queue: str, payload: Any, **_options: Any) -> None:  # type: ignore[override]
        name = f"{time.monotonic_ns():020}_{uuid4()}.{queue}.msg"
        beside = Path(self.control_folder) / f".{name}"
        beside.write_text(dumps(payload))
        os.rename(beside, Path(self.data_folder_out) / name)

    def _get(self, queue: str) -> Any:  # type: ignore[override]
        try:
            return super()._get(queue)
        except ValueError:
            raise Empty from None

    def get_table(self, exchange: str) -> Any:
        """The exchange's queues; another process may be writing the file just now."""
        for _attempt in range(TABLE_TRIES):
            try:
                return super().get_table(exchange)
            except ValueError:
                time.sleep(0.05)
        return []


class FolderTransport(filesystem.Transport):
    """The transport of `folder://`."""

    Channel = FolderChannel


TRANSPORT_ALIASES["folder"] = f"{__name__}:FolderTransport"


def make_celery(given: Settings) -> Celery:
    """A Celery application on the broker of this size. Messages carry nothing; the job table has it all."""
    celery = Celery("lms")
    celery.conf.update(
        task_ignore_result=True, task_serializer="json", accept_content=["json"],
        broker_connection_retry_on_startup=True, broker_connection_max_retries=None, worker_hijack_root_logger=False,
        broker_connection_timeout=2, broker_transport_options=_transport(given),
        broker_url=given.redis_url or "folder://localhost//", task_publish_retry=False, worker_prefetch_multiplier=1)
    return celery


def _transport(given: Settings) -> dict[str, object]:
    if given.redis_url:
        return {"socket_connect_timeout": 2, "socket_timeout": 5}
    folder = given.data_folder / "broker"
    folder.mkdir(parents=True, exist_ok=True)
    queue, control, done = folder / "queue", folder / "control", folder / "done"
    for path in (queue, control, done):
        path.mkdir(exist_ok=True)
    return {"data_folder_in": str(queue), "data_folder_out": str(queue), "control_folder": str(control),
            "processed_folder": str(done), "polling_interval": 0.5}


def wake(given: Settings) -> Callable[[], None]:
    """A function that sends one wake-up message; it raises if the broker does not answer.

    Then it sends none for a while: a broker that hangs must not hold up every request in turn. The sweeper
    finds what is queued meanwhile.
    """
    celery, quiet_until = make_celery(given), 0.0

    def send() -> None:
        nonlocal quiet_until
        if time.monotonic() < quiet_until:
            return
        try:
            celery.send_task(WAKE, retry=False)
        except Exception:
            quiet_until = time.monotonic() + QUIET_SECONDS
            raise

    return send
