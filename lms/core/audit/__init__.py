"""The audit: who did what to what, when and from where; what it was before and what it is now.

`record(actor, action, subject, before=..., after=..., organisation_id=...)` writes an event in the transaction of the
act, so the two stand or fall together. Events are added and never changed; a database trigger sees to it, and a chain
of hashes (`chain`) shows it to somebody who does not trust the database.
"""

from lms.core.audit.chain import AuditSeal, Broken, Head, Verified, current_head, seal_events, seals_of, verify_chain
from lms.core.audit.events import AuditEvent, record, record_refusal
from lms.core.audit.reading import PER_SLICE, Cursor, EventFilter, Slice, list_events, read_cursor, walk_events
from lms.core.audit.withheld import WITHHELD

__all__ = [
    "PER_SLICE", "WITHHELD",
    "AuditEvent", "AuditSeal", "Broken", "Cursor", "EventFilter", "Head", "Slice", "Verified",
    "current_head", "list_events", "read_cursor", "record", "record_refusal", "seal_events", "seals_of", "verify_chain",
    "walk_events",
]
