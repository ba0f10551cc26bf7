"""The event log of this process: one for each address, opened when it is first needed."""

import threading

from assessment.delivery.eventlog import EventLog
from lms.core.config import settings

_logs: dict[str, EventLog] = {}
_opening = threading.Lock()


def event_log() -> EventLog:
    """The log at the address that the current application is set to."""
    return event_log_at(settings().events_url)


def event_log_at(url: str) -> EventLog:
    """The log at this address."""
    log = _logs.get(url)
    if log is None:
        with _opening:
            log = _logs.get(url) or _logs.setdefault(url, EventLog(url))
    return log


def close_log(url: str) -> None:
    """Close the log at this address, if it is open: nobody needs it any more."""
    with _opening:
        log = _logs.pop(url, None)
    if log is not None:
        log.close()
