"""The rules of the parts of an exam's papers, as they are for one candidate. Internal: no actor.

Minutes of parts grow by as much as a candidate's time does: who is granted a quarter more has a quarter more in each
part, his breaks among it. Time that is given in the middle lengthens the parts that run then.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from assessment.assembly import services as assembly
from assessment.delivery.models import Accommodation, Adjustment, Attempt, Candidate, Exam, Sitting
from assessment.delivery.sections import Given, Part, Sections
from assessment.delivery.services.times import minutes_of
from lms.core.db import db
from lms.core.i18n import _

ATTEMPTS_A_QUERY = 500


@lru_cache(maxsize=4_096)
def part_of_items(form_id: UUID) -> Mapping[str, int]:
    """The part, counted from 1, of each item of a form."""
    return MappingProxyType({str(item.form_item_id): number
                             for number, section in enumerate(assembly.get_paper(form_id).sections, start=1)
                             for item in section.items})


def has_sections(sitting_id: UUID) -> bool:
    """Whether the parts of the papers of a sitting have rules."""
    return bool(db.session.scalar(select(Exam.sections).join(Sitting, Sitting.exam_id == Exam.id)
                                  .where(Sitting.id == sitting_id)))


def parts_for(exam: Exam, minutes: int) -> list[Part]:
    """The parts of an exam for who has so many minutes for the whole of it.

    In the measure of the time limit that their minutes were planned for: one that is made longer in the middle of an
    exam changes nothing of what has counted.
    """
    extra = minutes - exam.time_limit_minutes
    return [Part(timedelta(minutes=rule["minutes"] * (1 + extra / rule["of"])) if rule["minutes"] else None,
                 rule["one_way"]) for rule in exam.sections]


def sections_for(exam: Exam, minutes: int, form_id: UUID, given: Sequence[Given] = ()) -> Sections | None:
    """The rules of a paper for who has so many minutes; None where its parts have none."""
    return Sections(parts_for(exam, minutes), part_of_items(form_id), given) if exam.sections else None


def sections_of(attempt_ids: Sequence[UUID]) -> dict[UUID, Sections]:
    """By attempt the rules of its paper; those of exams whose parts have none are not here."""
    rows: list[Any] = []
    for start in range(0, len(attempt_ids), ATTEMPTS_A_QUERY):
        rows += db.session.execute(
            select(Attempt, Exam, Candidate.room_id, Accommodation).join(Exam, Exam.id == Attempt.exam_id)
            .join(Candidate, Candidate.id == Attempt.candidate_id)
            .outerjoin(Accommodation, Accommodation.candidate_id == Candidate.id)
            .where(Attempt.id.in_(attempt_ids[start:start + ATTEMPTS_A_QUERY]))).all()
    ruled = [row for row in rows if row[1].sections]
    ledger = _ledger_of({attempt.sitting_id for attempt, *_rest in ruled}, [attempt.id for attempt, *_rest in ruled])
    found = {}
    for attempt, exam, room_id, granted in ruled:
        scopes = (attempt.sitting_id, room_id, attempt.id)
        given = sorted((line for scope in scopes for line in ledger.get(scope, ())), key=lambda line: line.at)
        sections = sections_for(exam, minutes_of(exam, granted), attempt.form_id, given)
        assert sections is not None
        found[attempt.id] = sections
    return found


def _ledger_of(sitting_ids: set[UUID], attempt_ids: Sequence[UUID]) -> dict[UUID, list[Given]]:
    """What was given in these sittings, by whom it is for: a sitting, a room or one of these attempts."""
    found: dict[UUID, list[Given]] = {}
    for start in range(0, len(attempt_ids), ATTEMPTS_A_QUERY):
        own = Adjustment.scope_id.in_(attempt_ids[start:start + ATTEMPTS_A_QUERY])
        wide = Adjustment.scope != "attempt" if start == 0 else own
        for line in db.session.scalars(select(Adjustment).where(Adjustment.sitting_id.in_(sitting_ids),
                                                                or_(own, wide))):
            found.setdefault(line.scope_id, []).append(Given(line.created_at, timedelta(seconds=line.seconds)))
    return found


def find_unfit_sections(exam: Exam) -> list[str]:
    """What stands against publishing: minutes that do not fit the time limit, a test drawn anew with other parts."""
    if not exam.sections:
        return []
    planned = sum(rule["minutes"] or 0 for rule in exam.sections)
    other = [paper.code for paper in papers_of(exam.id) if len(paper.sections) != len(exam.sections)]
    checks = [(planned <= exam.time_limit_minutes, too_long(planned, exam.time_limit_minutes)),
              (not other, _("The test has other parts now than those whose times were set: set them anew."))]
    return [message for holds, message in checks if not holds]


def papers_of(exam_id: UUID) -> list[assembly.Paper]:
    """The papers that are drawn."""
    return [assembly.get_paper(form_id) for form_id in assembly.form_ids(exam_id)]


def too_long(planned: int, limit: int) -> str:
    """What is said where the parts have more minutes than the test."""
    return _("The parts have %(planned)s minutes together, but the test has only %(limit)s.", planned=planned,
             limit=limit)
