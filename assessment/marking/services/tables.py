"""Score tables: the first ones, and those in force."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from assessment.marking.models import ScoreTableVersion
from assessment.marking.scoring import FIRST_TABLES, ScoreTable
from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.i18n import _


@dataclass(frozen=True)
class TableInForce:
    """A score table with the number of the version in force."""

    table: ScoreTable
    number: int


def ensure_score_tables() -> None:
    """Add the tables every installation starts with, where they are missing. Platform data: no actor."""
    known = set(db.session.scalars(select(ScoreTableVersion.code)))
    for code, data in FIRST_TABLES.items():
        if code not in known:
            db.session.add(ScoreTableVersion(code=code, data=data, reason="first version"))
    db.session.flush()


def tables_in_force(codes: Iterable[str]) -> dict[str, TableInForce]:
    """The newest version of each of ``codes``; Invalid names those without a table. Internal: no actor."""
    wanted = set(codes)
    ensure_score_tables()
    newest = (select(ScoreTableVersion.code, func.max(ScoreTableVersion.number).label("number"))
              .where(ScoreTableVersion.code.in_(wanted)).group_by(ScoreTableVersion.code).subquery())
    rows = db.session.scalars(select(ScoreTableVersion).join(newest, (
        ScoreTableVersion.code == newest.c.code) & (ScoreTableVersion.number == newest.c.number)))
    found = {row.code: TableInForce(ScoreTable.from_data(row.code, row.data), row.number) for row in rows}
    if missing := sorted(wanted - set(found)):
        raise Invalid(_("There is no score table %(codes)s.", codes=", ".join(missing)))
    return found
