"""Where SQLite and PostgreSQL differ: how a connection is opened and how a transaction begins.

SQLite fails at once, whatever its time-out, when a transaction that has read wants to write and somebody
else wrote meanwhile. So a transaction that will write says so from the start (`write_intent`): it waits
for its turn in BEGIN IMMEDIATE, and holds the lock for milliseconds because nobody waits inside it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url

BUSY_MILLISECONDS = 15_000
# A line that swallows everything is noticed within seconds, not after the system's two hours.
POSTGRES_LINE: dict[str, Any] = {"connect_timeout": 3, "keepalives_idle": 5, "keepalives_interval": 3,
                                 "keepalives_count": 3, "tcp_user_timeout": 12_000}
_writes: ContextVar[bool] = ContextVar("writes", default=False)


@contextmanager
def write_intent() -> Iterator[None]:
    """Transactions begun inside the block will write."""
    token = _writes.set(True)
    try:
        yield
    finally:
        _writes.reset(token)


def declare_write_intent(writes: bool) -> None:
    """Say it for the rest of this request."""
    _writes.set(writes)


def will_write() -> bool:
    """Whether the present transaction said from its start that it writes."""
    return _writes.get()


def engine_options(url: str, threads: int) -> dict[str, Any]:
    """Pool and connection options for the database at `url`, used by `threads` threads at most."""
    # An error in the log names the statement, never the values: they are people's names and answers.
    if make_url(url).get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False},
                "pool_size": threads, "max_overflow": 4, "hide_parameters": True}
    return {"pool_size": min(threads, 16), "max_overflow": 4, "pool_pre_ping": True, "pool_timeout": 10,
            "connect_args": {**POSTGRES_LINE, "options": "-c timezone=UTC -c lock_timeout=10s"},
            "hide_parameters": True}


def prepare_sqlite(dbapi_connection: Any, *, synchronous: str) -> None:
    """Write-ahead log, enforced foreign keys, and transactions that begin where we say."""
    dbapi_connection.isolation_level = None
    for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON",
                   f"busy_timeout={BUSY_MILLISECONDS}"):
        dbapi_connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "connect")
def _on_connect(dbapi_connection: Any, _record: Any) -> None:
    if type(dbapi_connection).__module__.startswith("sqlite3"):
        prepare_sqlite(dbapi_connection, synchronous="FULL")


@event.listens_for(Engine, "begin")
def _on_begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes.get() else "BEGIN")
