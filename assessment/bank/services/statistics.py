"""How items did in use. The rooms above tell it; the bank keeps it with version and population."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select

from assessment.bank.banks_models import ItemStatistic
from assessment.bank.models import ItemVersion
from assessment.bank.services.records import admit, load_item
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import Actor


@dataclass(frozen=True)
class Use:
    """How a version did among n people: the mean share of its points, how it parts the strong from the weak."""

    item_version_id: UUID
    n: int
    facility: float | None
    discrimination: float | None
    mean_seconds: float | None = None


@dataclass(frozen=True)
class UseOfVersion:
    """A line of an item's page: one use, with the number of the version."""

    number: int
    exam_id: UUID
    population: str
    n: int
    facility: float | None
    discrimination: float | None
    mean_seconds: float | None
    computed_at: datetime


def record_statistics(exam_id: UUID, population: str, uses: Sequence[Use]) -> None:
    """Keep what an analysis found, in place of what it found before. Internal: the caller has decided on access."""
    db.session.execute(delete(ItemStatistic).where(ItemStatistic.exam_id == exam_id,
                                                   ItemStatistic.population == population))
    rows = [{"item_version_id": use.item_version_id, "exam_id": exam_id, "population": population, "n": use.n,
             "facility": use.facility, "discrimination": use.discrimination, "mean_seconds": use.mean_seconds,
             "computed_at": clock.now()} for use in uses]
    if rows:
        db.session.execute(insert(ItemStatistic), rows)


def list_statistics(actor: Actor, item_id: UUID) -> list[UseOfVersion]:
    """Every use of an item's versions, the newest first."""
    item = load_item(item_id)
    admit(actor, "item:read", item)
    rows = db.session.execute(
        select(ItemVersion.number, ItemStatistic).join(ItemVersion, ItemVersion.id == ItemStatistic.item_version_id)
        .where(ItemVersion.item_id == item.id).order_by(ItemStatistic.computed_at.desc(), ItemVersion.number.desc()))
    return [UseOfVersion(number, row.exam_id, row.population, row.n, row.facility, row.discrimination,
                         row.mean_seconds, row.computed_at) for number, row in rows]
