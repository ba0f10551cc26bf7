"""The Celery application: two tasks, one that runs due jobs and one that queues a periodic job.

Run as `celery -A worker.app worker` and `celery -A worker.app beat`.
"""

from importlib import import_module
from pkgutil import iter_modules

from lms.app import create_app
from lms.core import jobs
from lms.core.broker import WAKE, make_celery
from lms.core.db import transaction
from worker import tasks
from worker.schedule import SWEEP_SECONDS, periodic

flask_app = create_app()
celery = make_celery(flask_app.extensions["lms.settings"])

for module in iter_modules(tasks.__path__):
    import_module(f"{tasks.__name__}.{module.name}")


@celery.task(name=WAKE)
def wake() -> None:
    """Run due jobs until there is none."""
    with flask_app.app_context():
        jobs.run_all()


@celery.task(name="worker.tick")
def tick(name: str) -> None:
    """Queue a periodic job; the commit wakes a worker."""
    with flask_app.app_context(), transaction():
        jobs.enqueue_periodic(name)


celery.conf.beat_schedule = {
    "sweep": {"task": WAKE, "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
    **{name: {"task": "worker.tick", "schedule": seconds, "args": [name], "options": {"expires": seconds}}
       for seconds, name in periodic()},
}
celery.conf.timezone = "UTC"
