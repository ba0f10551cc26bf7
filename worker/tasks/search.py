"""Jobs of search."""

from lms.core.jobs import RunningJob, handler
from lms.core.permissions import SYSTEM
from search import services


@handler("search.refresh")
def refresh(_job: RunningJob) -> None:
    """Bring what changed into the index."""
    services.refresh()


@handler("search.rebuild")
def rebuild(_job: RunningJob) -> None:
    """Read everything anew into a new index."""
    services.rebuild(SYSTEM)
