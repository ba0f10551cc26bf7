"""Marking: raw responses, keys and score tables in, marks out; as often as needed, always the same.

A mark is written by replacing what stood there, so marking twice changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select

from assessment.assembly import services as assembly
from assessment.bank import services as bank
from assessment.delivery import services as delivery
from assessment.marking import permissions as permissions
from assessment.marking.models import AttemptResult, ItemMark, PersonMark
from assessment.marking.rubrics import BY_HAND, UNMARKED, scaled_mark
from assessment.marking.scoring import (
    CREDITED,
    OMITTED,
    Mark,
    Ruling,
    ScoreTable,
    UnfitKey,
    UnfitTable,
    best_of,
    is_omitted,
    rule_over,
    scale_total,
    score_many,
)
from assessment.marking.services.in_force import rulings_in_force
from assessment.marking.services.programs import Judged, judge_programs, judged_before
from assessment.marking.services.tables import TableInForce, tables_in_force
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.errors import Conflict, NotFound
from lms.core.i18n import _, _l
from lms.core.jobs import Job, JobFailed, RunningJob, enqueue, find_job
from lms.core.permissions import Actor, authorize

# Rows of one statement, and attempts of one transaction: a write holds the database for well under 200 ms.
ROWS_AT_ONCE = 2_000
ATTEMPTS_AT_ONCE = 100

Answers = Mapping[UUID, Mapping[str, Any]]
Given = Mapping[tuple[UUID, UUID], PersonMark]
"""What people gave, by attempt and form item."""
Rulings = Mapping[UUID, Ruling]
"""What holds of questions found wrong, by item version."""
Row = dict[str, Any]


@dataclass(frozen=True)
class MarkedColumn:
    """One item of a form with the marks of the attempts on it, in the order of the attempts."""

    item: assembly.PaperItem
    marks: list[Mark]
    ruling: Ruling | None = None


def mark_exam(actor: Actor, exam_id: UUID) -> int:
    """Mark every finished attempt of an exam again from its raw events; how many. Does not commit.

    Raises NotFound, Forbidden, and Conflict when a key or a score table cannot mark an item.
    """
    exam = delivery.find_exam(exam_id)
    if exam is None:
        raise NotFound(_("There is no such exam."))
    authorize(actor, "exam:mark", exam)
    delivery.bring_exam_in_step(exam_id)
    attempts = delivery.list_finished_attempts(exam_id)
    for some in _in_parts(attempts, ATTEMPTS_AT_ONCE):
        _mark(exam_id, {attempt.id: attempt.form_id for attempt in some}, {})
    audit.record(actor, "exam:mark", ("exam", exam_id), attempts=len(attempts))
    return len(attempts)


def request_marking(actor: Actor, exam_id: UUID) -> Job:
    """Have a worker mark the whole exam again; the job that does it."""
    exam = delivery.find_exam(exam_id)
    if exam is None:
        raise NotFound(_("There is no such exam."))
    authorize(actor, "exam:mark", exam)
    running = find_job(("marking", exam_id))
    if running is not None and running.state in ("queued", "running"):
        return running
    audit.record(actor, "exam:mark", ("exam", exam_id))
    return enqueue("assessment.mark_exam", owner=actor.person_id, subject=("marking", exam_id),
                   exam_id=str(exam_id))


def mark_exam_in_steps(job: RunningJob, exam_id: UUID) -> int:
    """mark_exam as a job, one short transaction a hundred attempts; who queued it was authorised then."""
    with transaction():
        delivery.bring_exam_in_step(exam_id)
    attempts = delivery.list_finished_attempts(exam_id)
    for done, some in enumerate(_in_parts(attempts, ATTEMPTS_AT_ONCE)):
        job.progress(done * ATTEMPTS_AT_ONCE / max(1, len(attempts)), _l("Marking"))
        form_of = {attempt.id: attempt.form_id for attempt in some}
        judged = judge_programs(form_of)
        try:
            with transaction():
                _mark(exam_id, form_of, judged)
        except Conflict as error:
            raise JobFailed(error.message) from error
    return len(attempts)


def mark_attempt(attempt_id: UUID) -> None:
    """Mark one attempt that has just been submitted. By the platform itself: no actor."""
    mark_attempts([attempt_id])


def mark_attempts(attempt_ids: Iterable[UUID]) -> None:
    """Mark attempts that were submitted together, by exam. By the platform itself: no actor.

    Raises JobFailed once all are done, if a key or a score table could not mark those of an exam.
    """
    by_exam: dict[UUID, dict[UUID, UUID]] = {}
    for attempt in map(delivery.find_attempt, attempt_ids):
        if attempt is not None and attempt.state == "submitted":
            by_exam.setdefault(attempt.exam_id, {})[attempt.id] = attempt.form_id
    failures = [failed for exam_id, form_of in by_exam.items() if (failed := _mark_or_tell(exam_id, form_of))]
    if failures:
        raise JobFailed(failures[0].message) from failures[0]


def _mark_or_tell(exam_id: UUID, form_of: Mapping[UUID, UUID]) -> Conflict | None:
    judged = judge_programs(form_of)
    try:
        with transaction():
            _mark(exam_id, form_of, judged)
    except Conflict as error:
        return error
    return None


def mark_again(exam_id: UUID, attempt_id: UUID, form_id: UUID) -> None:
    """Make one attempt's marks again in the current transaction. Internal: the caller has authorised."""
    _mark(exam_id, {attempt_id: form_id}, {})


def _mark(exam_id: UUID, form_of: Mapping[UUID, UUID], judged: Judged) -> None:
    """Make the marks of these attempts; `judged` are those that tests have just given to programs."""
    answers = delivery.final_responses(list(form_of))
    results, marks = make_marks(exam_id, form_of, answers, rulings_in_force(exam_id), judged)
    _replace(list(form_of), results, marks)


def make_marks(exam_id: UUID, form_of: Mapping[UUID, UUID], answers: Answers, rulings: Rulings,
               judged: Judged) -> tuple[list[Row], list[Row]]:
    """(results, marks of items) of these attempts as rows; nothing is written. Internal: no actor."""
    results: list[Row] = []
    marks: list[Row] = []
    for form_id in set(form_of.values()):
        ids = [attempt_id for attempt_id, form in form_of.items() if form == form_id]
        paper = assembly.get_paper(form_id)
        tables = tables_in_force(item.score_table_code for item in paper.items if item.type not in BY_HAND)
        known = {**judged_before(ids, paper.items), **judged}
        columns = _mark_columns(paper.items, tables, ids, answers, known, rulings)
        marks.extend(_mark_rows(ids, columns))
        results.extend(_result_rows(exam_id, ids, columns, tables))
    return results, marks


def _mark_columns(items: Iterable[assembly.PaperItem], tables: Mapping[str, TableInForce],
                  attempt_ids: Sequence[UUID], answers: Answers, judged: Judged,
                  rulings: Rulings) -> list[MarkedColumn]:
    items = list(items)
    versions = bank.get_versions(item.item_version_id for item in items)
    given = _given_by_people(attempt_ids, items)
    columns = []
    for item in items:
        responses = [answers.get(attempt_id, {}).get(str(item.form_item_id)) for attempt_id in attempt_ids]
        ruling = rulings.get(item.item_version_id)
        marks = rule_over(ruling, Decimal(item.points), len(attempt_ids))
        if marks is None and item.type in BY_HAND:
            marks = _marks_by_hand(item, attempt_ids, responses, given, judged)
        if marks is None:
            marks = _marks_by_key(item, versions[item.item_version_id], responses,
                                  tables[item.score_table_code].table, ruling)
        columns.append(MarkedColumn(item, marks, ruling))
    return columns


def _marks_by_key(item: assembly.PaperItem, version: bank.ItemVersionData, responses: Sequence[Any],
                  table: ScoreTable, ruling: Ruling | None) -> list[Mark]:
    content, key = assembly.realise_key(item, version)
    keys = ruling.keys if ruling else (key,)
    try:
        return best_of([score_many(item.type, content, each, responses, Decimal(item.points), table)
                        for each in keys])
    except (UnfitKey, UnfitTable) as error:
        raise Conflict(_("Question %(number)s cannot be marked: its key and its score table do not fit "
                         "together.", number=item.number)) from error


def _given_by_people(attempt_ids: Sequence[UUID], items: Sequence[assembly.PaperItem]) -> Given:
    if not any(item.type in BY_HAND for item in items):
        return {}
    rows = db.session.scalars(select(PersonMark).where(PersonMark.attempt_id.in_(attempt_ids),
                                                       PersonMark.points.is_not(None)))
    return {(row.attempt_id, row.form_item_id): row for row in rows}


def _marks_by_hand(item: assembly.PaperItem, attempt_ids: Sequence[UUID], responses: Sequence[Any],
                   given: Given, judged: Judged) -> list[Mark]:
    return [_mark_by_hand(item, response, given.get((attempt_id, item.form_item_id)),
                          judged.get((attempt_id, item.form_item_id), UNMARKED))
            for attempt_id, response in zip(attempt_ids, responses, strict=True)]


def _mark_by_hand(item: assembly.PaperItem, response: Any, given: PersonMark | None, otherwise: Mark) -> Mark:
    """What a person gave; else what tests gave, or that it waits."""
    if is_omitted(response):
        return Mark(Decimal(0), 0.0, OMITTED)
    if given is None or given.points is None or given.maximum is None:
        return otherwise
    return scaled_mark(given.points, given.maximum, Decimal(item.points))


def _mark_rows(attempt_ids: Sequence[UUID], columns: Sequence[MarkedColumn]) -> Iterator[dict[str, Any]]:
    for column in columns:
        for attempt_id, mark in zip(attempt_ids, column.marks, strict=True):
            yield {"attempt_id": attempt_id, "form_item_id": column.item.form_item_id,
                   "item_version_id": column.item.item_version_id, "points": mark.points,
                   "correct_fraction": mark.correct_fraction, "state": mark.state}


def _result_rows(exam_id: UUID, attempt_ids: Sequence[UUID], columns: Sequence[MarkedColumn],
                 tables: Mapping[str, TableInForce]) -> Iterator[dict[str, Any]]:
    full = sum((Decimal(column.item.points) for column in columns), Decimal(0))
    void = [column for column in columns if column.ruling and column.ruling.kind == "void"]
    counted = full - sum((Decimal(column.item.points) for column in void), Decimal(0))
    rescaled = sum((Decimal(column.item.points) for column in void
                    if column.ruling and column.ruling.policy == "rescaled"), Decimal(0))
    used, moment = {code: each.number for code, each in tables.items()}, clock.now()
    for place, attempt_id in enumerate(attempt_ids):
        marks = [column.marks[place] for column in columns]
        states = Counter("right" if mark.state == CREDITED else mark.state for mark in marks)
        raw = sum((mark.points for mark in marks), Decimal(0))
        points, maximum = scale_total(raw, full, counted, rescaled)
        yield {"attempt_id": attempt_id, "exam_id": exam_id, "maximum": maximum, "marked_at": moment,
               "points": points, "score_tables": used,
               **{state: states[state] for state in ("right", "partial", "wrong", "omitted", "waiting")}}


def _replace(attempt_ids: Sequence[UUID], results: Sequence[dict[str, Any]],
             marks: Sequence[dict[str, Any]]) -> None:
    # Where two workers mark the same attempt at once, the second breaks on the primary key and is run again.
    db.session.execute(delete(ItemMark).where(ItemMark.attempt_id.in_(attempt_ids)))
    db.session.execute(delete(AttemptResult).where(AttemptResult.attempt_id.in_(attempt_ids)))
    for some in _in_parts(results, ROWS_AT_ONCE):
        db.session.execute(insert(AttemptResult), some)
    for some in _in_parts(marks, ROWS_AT_ONCE):
        db.session.execute(insert(ItemMark), some)


def _in_parts(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (rows[start:start + size] for start in range(0, len(rows), size))
