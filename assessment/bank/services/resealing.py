"""Seal what secure banks hold with the present key, after the keys have changed."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from assessment.bank.banks_models import ItemComment, ItemMove, ItemSignOff
from assessment.bank.models import ItemVersion
from assessment.bank.sealing import bank_keys, binding, is_sealed, open_json, seal_json, sealed_attributes, sealed_with
from assessment.bank.stimuli_models import StimulusVersion
from lms.core import audit
from lms.core.db import db, transaction
from lms.core.permissions import SYSTEM

BATCH = 200
MODELS: tuple[Any, ...] = (ItemVersion, StimulusVersion, ItemMove, ItemSignOff, ItemComment)


def reseal_banks() -> Iterator[tuple[str, int]]:
    """Renew every value that another key sealed; yields (table, values renewed). May be broken off and run again.

    Internal, for the command: no actor. Short transactions, one a batch.
    """
    present = next(iter(bank_keys()))
    for model in MODELS:
        yield model.__tablename__, sum(_renew(model, present))
    with transaction():
        audit.record(SYSTEM, "bank:reseal", key=present)


def _renew(model: Any, present: str) -> Iterator[int]:
    last: UUID | None = None
    while True:
        with transaction():
            wanted = select(model).order_by(model.id).limit(BATCH)
            rows = list(db.session.scalars(wanted if last is None else wanted.where(model.id > last)))
            yield sum(_renew_row(row, present) for row in rows)
            last = rows[-1].id if rows else None
        if last is None:
            return


def _renew_row(row: Any, present: str) -> int:
    """By statement, for versions never change as rows: the words stay, only their seal is another."""
    table, renewed = row.__table__, {}
    for attribute in sealed_attributes(type(row)):
        stored = getattr(row, attribute.stored)
        if is_sealed(stored) and sealed_with(stored) != present:
            bound_to = binding(row.__tablename__, row.id, attribute)
            column = type(row).__mapper__.attrs[attribute.stored].columns[0].name
            renewed[column] = seal_json(open_json(stored, bound_to), bound_to)
    if renewed:
        db.session.execute(update(table).where(table.c.id == row.id).values(renewed))
    return len(renewed)
