"""Programs of candidates, judged by their tests before marks are made: slow work, so outside any transaction."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from assessment.assembly import services as assembly
from assessment.bank import services as bank
from assessment.delivery import services as delivery
from assessment.marking.code_runner import NoIsolation, judge_program
from assessment.marking.models import ItemMark
from assessment.marking.rubrics import WAITING
from assessment.marking.scoring import (
    CREDITED,
    VOID,
    Mark,
    ScoreTable,
    UnfitKey,
    UnfitTable,
    is_omitted,
    mark_parts,
)
from assessment.marking.services.tables import tables_in_force
from lms.core.config import settings
from lms.core.db import db, outside_transaction

PROGRAM = "code"
Judged = Mapping[tuple[UUID, UUID], Mark]
"""The marks that tests gave, by attempt and form item."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Program:
    attempt_id: UUID
    item: assembly.PaperItem
    key: dict[str, Any]
    text: str
    table: ScoreTable


def judge_programs(form_of: Mapping[UUID, UUID]) -> Judged:
    """Run every program of these attempts against its tests; {} where programs wait for a person. No actor.

    Ends the current transaction before the first program is run.
    """
    if settings().code_runner != "isolated":
        return {}
    programs = list(_programs_of(form_of))
    if not programs:
        return {}
    outside_transaction()
    judged: dict[tuple[UUID, UUID], Mark] = {}
    for program in programs:
        try:
            parts = judge_program(program.key, program.text)
            mark = mark_parts(parts, Decimal(program.item.points), program.table)
        except NoIsolation as error:
            _log.error("programs are not run and wait for a person: %s", error)
            return {}
        except (UnfitKey, UnfitTable):
            continue
        judged[program.attempt_id, program.item.form_item_id] = mark
    return judged


def judged_before(attempt_ids: Sequence[UUID], items: Sequence[assembly.PaperItem]) -> Judged:
    """The marks that tests gave when these attempts were marked last, rulings apart. Internal: no actor."""
    programs = [item.form_item_id for item in items if item.type == PROGRAM]
    if not programs:
        return {}
    rows = db.session.scalars(select(ItemMark).where(
        ItemMark.attempt_id.in_(attempt_ids), ItemMark.form_item_id.in_(programs),
        ItemMark.state.not_in((WAITING, VOID, CREDITED))))
    return {(row.attempt_id, row.form_item_id): Mark(row.points, row.correct_fraction, row.state) for row in rows}


def _programs_of(form_of: Mapping[UUID, UUID]) -> Iterator[_Program]:
    papers = {form_id: [item for item in assembly.get_paper(form_id).items if item.type == PROGRAM]
              for form_id in set(form_of.values())}
    items = [item for some in papers.values() for item in some]
    if not items:
        return
    versions = bank.get_versions(item.item_version_id for item in items)
    tables = tables_in_force(item.score_table_code for item in items)
    answers = delivery.final_responses([attempt_id for attempt_id, form_id in form_of.items() if papers[form_id]])
    for attempt_id, form_id in form_of.items():
        for item in papers[form_id]:
            text = answers.get(attempt_id, {}).get(str(item.form_item_id))
            if isinstance(text, str) and not is_omitted(text):
                _content, key = assembly.realise_key(item, versions[item.item_version_id])
                yield _Program(attempt_id, item, key, text, tables[item.score_table_code].table)
