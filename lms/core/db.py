"""The database: one transaction a request, and short ones for everything else.

Services never commit. A response commits before it leaves (`commit_response`), an error rolls back.
Jobs and commands use `transaction()`, one a step. Nothing holds a transaction while it waits on
anything but the database: `outside_transaction()` ends the current one first.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast
from uuid import UUID

from flask import Flask, Response
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, MetaData, Select, Text, Uuid, event, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from lms.core import clock
from lms.core.config import Settings
from lms.core.dialects import engine_options, write_intent
from lms.core.ids import new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: stored in UTC, always read back with its zone, on both dialects."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone rather than guess one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite forgets the zone; put it back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JsonValue = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """Base of every model."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)
cast(Any, db.Model).registry.update_type_annotation_map({
    datetime: UtcDateTime(), UUID: Uuid(), str: Text(),
    dict[str, Any]: JsonValue, list[Any]: JsonValue, list[str]: JsonValue, list[dict[str, Any]]: JsonValue,
})
if TYPE_CHECKING:
    Model = Base  # what a type checker can follow; flask-sqlalchemy makes the real one
else:
    Model = db.Model


class Entity(Model):
    """A row with an id that may stand in a URL, and the moment it was made."""

    __abstract__ = True
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-2)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, sort_order=-1)


Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a long list; `total` counts all of it."""

    items: list[Row]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.per_page))

    def __iter__(self) -> Iterator[Row]:
        """Walk the rows of this page."""
        return iter(self.items)


def paginate(statement: Select[Any], page: int, per_page: int = 20) -> Page[Any]:
    """One page of `statement`'s rows: scalars where it selects one thing, else tuples. Two statements."""
    page = max(1, page)
    total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    result = db.session.execute(statement.limit(per_page).offset((page - 1) * per_page))
    single = len(statement.column_descriptions) == 1
    rows: list[Any] = list(result.scalars()) if single else list(result.all())
    return Page(rows, total, page, per_page)


@contextmanager
def transaction() -> Iterator[None]:
    """One short transaction of its own, for a job's step or a command."""
    outside_transaction()
    with write_intent():
        try:
            yield
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise


def outside_transaction() -> None:
    """End the current transaction, before something slow; what was written so far is kept."""
    db.session.commit()


def after_commit(action: Callable[[], None]) -> None:
    """Run `action` once the current transaction is on disk; not at all if it rolls back."""
    db.session().info.setdefault("after_commit", []).append(action)


@event.listens_for(Session, "after_commit")
def _run_after_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for action in session.info.pop("after_commit", []):
        action()


@event.listens_for(Session, "after_soft_rollback")
def _forget_after_commit(session: Session, previous: Any) -> None:
    if previous.parent is None:
        session.info.pop("after_commit", None)


def commit_response(response: Response) -> Response:
    """Make the request's work true before its answer leaves."""
    db.session.commit()
    return response


def init_app(app: Flask, given: Settings) -> None:
    """Connect the application to its database. Call before any other room adds an `after_request`."""
    app.config["SQLALCHEMY_DATABASE_URI"] = given.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(given.database_url, given.web_threads)
    db.init_app(app)
    app.after_request(commit_response)
