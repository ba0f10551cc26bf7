"""The exam's event log: append-only, hash-chained per attempt, committed in groups.

One door: `EventLog` (see `log.py`). It needs no application context and no session of the main database.
"""

from assessment.delivery.eventlog.chain import ChainReport, check_chain, event_hash
from assessment.delivery.eventlog.log import (
           Ack,
           Begun,
           Ending,
           EventLog,
           Head,
           NewEvent,
           NewStart,
           Reached,
           Refusal,
           StoredEvent,
)
from assessment.delivery.eventlog.tables import EVENT_TABLES, create_tables, metadata

__all__ = ["EVENT_TABLES", "Ack", "Begun", "ChainReport", "Ending", "EventLog", "Head", "NewEvent", "NewStart",
           "Reached", "Refusal", "StoredEvent", "check_chain", "create_tables", "event_hash", "metadata"]
