"""How items did in use. The rooms above tell it; the bank keeps it with version and population."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select

from assessment.bank.banks_models import ItemStatistic
from assessment.bank.models import ItemVersion
from assessment.bank.services.records import admit, load_item
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import Actor, may


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


@dataclass(frozen=True)
class UseInExam:
    """An exam that has a version on some of its papers; `title` is empty where it is not the reader's to know."""

    exam_id: UUID
    title: str
    number: int
    forms: int


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


def list_uses(actor: Actor, item_id: UUID) -> list[UseInExam]:
    """The exams whose papers have a version of the item, the newest first; their titles for those who may revise it."""
    item = load_item(item_id)
    admit(actor, "item:read", item)
    exam, form, place = (db.metadata.tables[name] for name in ("exam", "form", "form_item"))
    version = ItemVersion.__table__
    rows = db.session.execute(
        select(exam.c.id, exam.c.title, version.c.number, func.count(func.distinct(form.c.id)).label("forms"))
        .select_from(place).join(form, form.c.id == place.c.form_id).join(exam, exam.c.id == form.c.exam_id)
        .join(version, version.c.id == place.c.item_version_id).where(place.c.item_id == item.id)
        .group_by(exam.c.id, exam.c.title, exam.c.created_at, version.c.number).order_by(exam.c.created_at.desc()))
    knows = may(actor, "item:revise", item)
    return [UseInExam(row.id, row.title if knows else "", row.number, row.forms) for row in rows]
