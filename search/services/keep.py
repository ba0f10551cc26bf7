"""Keeping the index as the truth is: changes come by the outbox, and all of it can be rebuilt."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from lms.core import audit, clock, outbox
from lms.core.db import db, outside_transaction, transaction
from lms.core.errors import Conflict, Unavailable
from lms.core.i18n import _l
from lms.core.permissions import SYSTEM, Actor, authorize
from search import permissions as permissions
from search.backends.current import engine
from search.documents import Document
from search.models import SearchRebuild
from search.sources import Source, dependents_of, sources

log = structlog.get_logger()
BATCH = 100
LEASE = timedelta(minutes=5)
_NAME = "documents"


def count_documents(actor: Actor) -> int:
    """Return how many documents the index holds; raises Unavailable."""
    authorize(actor, "search:manage")
    outside_transaction()
    return engine().count()


def refresh() -> int:
    """Bring what changed into the index, in steps that can be run twice; return how many changes were taken.

    For the periodic job, which acts for nobody. While the engine does not answer, or is being rebuilt, the
    changes stay in the outbox. An engine that was set up anew is rebuilt.
    """
    outside_transaction()
    try:
        if engine().setup():
            rebuild(SYSTEM)
        taken = 0
        while not _is_rebuilding() and (step := _take_step()):
            taken += step
        return taken
    except (Unavailable, Conflict) as error:
        log.warning("search-refresh-waits", reason=error.code)
        return 0


def rebuild(actor: Actor) -> int:
    """Read everything anew into a new index and put it in place; return how many documents it holds.

    Raises Conflict while another rebuild is going on, Unavailable if the engine does not answer; the old
    index then stays.
    """
    authorize(actor, "search:manage")
    outside_transaction()
    _hold()
    try:
        written = engine().rebuild(_all_documents(), version=_version())
    finally:
        with transaction():
            db.session.execute(delete(SearchRebuild).where(SearchRebuild.name == _NAME))
    with transaction():
        audit.record(actor, "search:rebuild", subject=("index", _NAME), documents=written)
    log.info("search-rebuilt", documents=written)
    return written


def _take_step() -> int:
    """Take the oldest changes: read, write to the index, and only then forget them."""
    version = _version()
    changes = outbox.list_changes(BATCH)
    for change in changes:
        db.session.expunge(change)
    documents, gone = _read_changed(changes)
    outside_transaction()
    if documents:
        engine().index(documents, version=version)
    if gone:
        engine().delete(gone, version=version)
    if changes:
        with transaction():
            _mark_dependents(changes)
            outbox.forget_changes(changes)
    return len(changes)


def _mark_dependents(changes: list[outbox.OutboxChange]) -> None:
    """What hangs on a change is a change itself, taken in one of the next steps."""
    for kind, subject_id in sorted({(change.kind, change.subject_id) for change in changes}):
        for dependent, list_ids in dependents_of(kind).items():
            for one in list_ids(UUID(subject_id)):
                outbox.mark_changed(dependent, one)


def _read_changed(changes: list[outbox.OutboxChange]) -> tuple[list[Document], list[str]]:
    """The documents as they are now, and the keys of those that nobody may find any more."""
    known = sources()
    documents: list[Document] = []
    gone: list[str] = []
    wanted = {(change.kind, change.subject_id) for change in changes if change.kind in known}
    for kind, group in groupby(sorted(wanted), key=lambda one: one[0]):
        ids = [subject_id for _, subject_id in group]
        found = {document.id: document for document in _load(known[kind], [UUID(one) for one in ids])}
        documents += found.values()
        gone += [f"{kind}:{one}" for one in ids if one not in found]
    return documents, gone


def _all_documents() -> Iterator[list[Document]]:
    """Every document of every source, in batches; no transaction is open while a batch is written."""
    for source in sources().values():
        ids = list(source.list_ids())
        for start in range(0, len(ids), BATCH):
            documents = list(_load(source, ids[start : start + BATCH]))
            outside_transaction()
            yield documents
            _hold(again=True)


def _load(source: Source, ids: list[UUID]) -> Iterator[Document]:
    """Read documents. One that cannot be read is reported and left out: it must not hold up the others."""
    for one in ids:
        try:
            document = source.load(one)
        except SQLAlchemyError:
            raise
        except Exception:
            log.exception("search-document-unreadable", id=str(one))
            continue
        if document is not None:
            yield document


def _hold(*, again: bool = False) -> None:
    """Take the lease of the rebuild, or renew it; raises Conflict if another rebuild has it."""
    try:
        with transaction():
            held = db.session.scalar(
                select(SearchRebuild).where(SearchRebuild.name == _NAME).with_for_update()
            )
            if held is None:
                held = SearchRebuild(name=_NAME, until=clock.now())
                db.session.add(held)
            elif held.until > clock.now() and not again:
                raise Conflict(_l("The search index is being rebuilt already."))
            held.until = clock.now() + LEASE
    except IntegrityError:
        raise Conflict(_l("The search index is being rebuilt already.")) from None


def _is_rebuilding() -> bool:
    until = db.session.scalar(select(SearchRebuild.until).where(SearchRebuild.name == _NAME))
    outside_transaction()
    return until is not None and until > clock.now()


def _version() -> int:
    """Microseconds now, taken before the truth is read: what is read later is never older."""
    return int(clock.now().timestamp() * 1_000_000)
