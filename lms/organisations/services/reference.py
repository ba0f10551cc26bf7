"""What every installation knows: the ministry, its 34 departments, and the 63 that they were made of."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from lms.core.db import db
from lms.core.permissions import Actor, authorize
from lms.organisations.models import Organisation, OrganisationCode, OrganisationEvent
from lms.organisations.services.changes import ensure_organisation

DATA = Path(__file__).parents[1] / "data" / "departments.toml"


def load_departments(actor: Actor) -> int:
    """The ministry and its departments, with the codes of before the mergers of 2025; how many were made now.

    Again changes nothing, and what people changed since stays. A province's bare code leads to its department.
    """
    authorize(actor, "organisation:manage")
    told = tomllib.loads(DATA.read_text("utf-8"))
    ministry = ensure_organisation(actor, kind="ministry", **told["ministry"])
    known = set(db.session.scalars(select(Organisation.code)))
    made = 0
    for code, province in told["provinces"].items():
        words = {name: text.format(code=code, name=province["name"]) for name, text in told["department"].items()}
        made += words["code"] not in known
        row = ensure_organisation(actor, kind="department", parent_id=ministry.id, **words)
        _lead(row, code, row.name, None)
        _remember_former(row, code, province.get("former", {}), told)
    db.session.flush()
    return made


def _remember_former(row: Organisation, code: str, former: dict[str, str], told: dict[str, Any]) -> None:
    """Former departments: their codes lead to the present one, whose history says when they went up in it."""
    day: date = told["merged_on"]
    if not former or db.session.scalar(select(OrganisationEvent.id).where(
            OrganisationEvent.organisation_id == row.id, OrganisationEvent.effective_on == day).limit(1)):
        return
    for old, province in former.items():
        words = {name: text.format(code=old, name=province) for name, text in told["department"].items()}
        if old == code:
            _happened(row, "renamed", {"name": words["name"]}, {"name": row.name}, told)
            continue
        for each in (old, words["code"]):
            _lead(row, each, words["name"], day)
        _happened(row, "merged", {}, {"from_name": words["name"], "from_code": words["code"]}, told)


def _happened(row: Organisation, kind: str, before: dict[str, Any], after: dict[str, Any],
              told: dict[str, Any]) -> None:
    db.session.add(OrganisationEvent(organisation_id=row.id, kind=kind, effective_on=told["merged_on"], before=before,
                                     after=after, reason=told["source"]))


def _lead(row: Organisation, code: str, name: str, until: date | None) -> None:
    """Let a code lead to an organisation, unless it leads somewhere already."""
    taken = db.session.scalar(select(Organisation.id).where(Organisation.code == code))
    known = db.session.scalar(select(OrganisationCode.id).where(OrganisationCode.code == code))
    if taken is None and known is None:
        db.session.add(OrganisationCode(code=code, organisation_id=row.id, name=name, until=until))
        db.session.flush()
