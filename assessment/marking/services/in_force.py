"""Which rulings on questions of an exam hold."""

from uuid import UUID

from sqlalchemy import select

from assessment.marking.models import ItemRuling
from assessment.marking.scoring import Ruling
from lms.core.db import db


def rows_in_force(exam_id: UUID) -> dict[UUID, ItemRuling]:
    """The ruling that holds of each item version; those taken back are left out. Internal: no actor."""
    rows = db.session.scalars(select(ItemRuling).where(ItemRuling.exam_id == exam_id, ItemRuling.state == "in_force")
                              .order_by(ItemRuling.number))
    newest = {row.item_version_id: row for row in rows}
    return {version_id: row for version_id, row in newest.items() if row.kind != "none"}


def rulings_in_force(exam_id: UUID) -> dict[UUID, Ruling]:
    """The same as scoring reads it. Internal: no actor."""
    return {version_id: as_ruling(row) for version_id, row in rows_in_force(exam_id).items()}


def as_ruling(row: ItemRuling) -> Ruling:
    """A row as scoring reads it. Pure: no actor."""
    return Ruling(row.kind, row.policy, tuple(row.keys))
