"""The broker that carries wake-up messages: a folder on the embedded size, Redis on the full one."""

from collections.abc import Callable

from celery import Celery

from lms.core.config import Settings

WAKE = "worker.wake"


def make_celery(given: Settings) -> Celery:
    """A Celery application on the broker of this size. Messages carry nothing; the job table has it all."""
    celery = Celery("lms")
    celery.conf.update(
        task_ignore_result=True, task_serializer="json", accept_content=["json"],
        broker_connection_retry_on_startup=True, worker_hijack_root_logger=False,
        broker_connection_timeout=2, broker_transport_options=_transport(given),
        broker_url=given.redis_url or "filesystem://", task_publish_retry=False, worker_prefetch_multiplier=1)
    return celery


def _transport(given: Settings) -> dict[str, object]:
    if given.redis_url:
        return {"socket_connect_timeout": 2, "socket_timeout": 5}
    folder = given.data_folder / "broker"
    folder.mkdir(parents=True, exist_ok=True)
    queue, control = str(folder / "queue"), str(folder / "control")
    for path in (queue, control):
        (folder / path).mkdir(exist_ok=True)
    return {"data_folder_in": queue, "data_folder_out": queue, "control_folder": control, "polling_interval": 0.5}


def wake(given: Settings) -> Callable[[], None]:
    """A function that sends one wake-up message; it raises if the broker does not answer."""
    celery = make_celery(given)

    def send() -> None:
        celery.send_task(WAKE, retry=False)

    return send
