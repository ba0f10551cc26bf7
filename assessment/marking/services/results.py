"""Results: a candidate's own, the teacher's list, and the matrix that analysis works on."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape
from typing import Any
from uuid import UUID

import nh3
import numpy as np
from sqlalchemy import BigInteger, func, select, type_coerce

from assessment.assembly import services as assembly
from assessment.bank import services as bank
from assessment.bank.content import correct_options
from assessment.delivery import services as delivery
from assessment.marking.models import UNIT, Appeal, AttemptResult, ItemMark, ItemRuling, PersonMark
from assessment.marking.permissions import ResultSubject
from assessment.marking.results import ExamResults, ItemColumn, Option
from assessment.marking.scoring import Ruling
from assessment.marking.services.by_hand import count_waiting
from assessment.marking.services.in_force import rows_in_force, rulings_in_force
from lms.core.db import Page, db
from lms.core.errors import NotFound
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize, may
from lms.identity import services as identity

ATTEMPTS_AT_ONCE = 200
TEXT_SHOWN = 240
NOTHING = Decimal(-1)


@dataclass(frozen=True)
class ResultItem:
    """One item of a result; ``key`` is None where it may not be shown, ``mark`` until it was marked.

    ``given`` is what a person gave by the rubric, None where the platform marked; ``appeal`` what the candidate asked.
    A ``ruling`` is what was decided where the question was found wrong; the ``key`` is then the one put right.
    An item of a secure bank ``is_secret``: neither words nor key nor answer are shown to anybody here, since it is to
    be sat again.
    """

    item: assembly.PaperItem
    response: Any
    key: dict[str, Any] | None
    mark: ItemMark | None
    given: PersonMark | None = None
    files: list[delivery.AnswerFile] = field(default_factory=list)
    is_secret: bool = False
    appeal: Appeal | None = None
    ruling: ItemRuling | None = None


ResultSection = tuple[assembly.PaperSection, list[ResultItem]]


@dataclass(frozen=True)
class Result:
    """One attempt's result as this reader may see it: no ``marks`` and no ``sections`` before the release.

    ``review`` is how much of it: the "marks" alone, the "answers" with them, or the "key" too. ``may_appeal`` says
    whether he can ask to look again at an answer.
    """

    attempt_id: UUID
    exam: Any
    is_released: bool
    is_own: bool
    candidate_name: str
    started_at: Any
    submitted_at: Any
    marks: AttemptResult | None
    sections: list[ResultSection]
    review: str
    may_appeal: bool

    def find_item(self, form_item_id: UUID) -> ResultItem | None:
        """One item of it, None where there is no such item, or nothing is shown yet."""
        return next((each for _section, items in self.sections for each in items
                     if each.item.form_item_id == form_item_id), None)


@dataclass(frozen=True)
class ResultRow:
    """A line of the teacher's list; ``marks`` is None while the attempt waits to be marked."""

    attempt: delivery.AttemptRef
    name: str
    form_code: str
    marks: AttemptResult | None
    of: int = 1
    """How many attempts he has handed in: this is the one that counts."""


@dataclass(frozen=True)
class ResultList:
    """The results of an exam, best first or by candidate number; ``appeals`` wait for an answer."""

    exam: Any
    rows: list[ResultRow]
    appeals: int = 0

    @property
    def marked(self) -> int:
        """How many have all their marks."""
        return sum(row.marks is not None and not row.marks.waiting for row in self.rows)

    @property
    def by_hand(self) -> int:
        """How many answers wait for a person."""
        return sum(row.marks.waiting for row in self.rows if row.marks)

    def page(self, number: int, per_page: int = 50) -> Page[ResultRow]:
        """One page of the rows."""
        start = (number - 1) * per_page
        return Page(self.rows[start:start + per_page], len(self.rows), number, per_page)


def get_result(actor: Actor, attempt_id: UUID) -> Result:
    """The result of an attempt, for the candidate himself and for those who may see the exam's results.

    Before the release a candidate gets the bare fact that he handed in: neither marks, nor answers, nor keys; after it
    as much as the exam says.
    """
    attempt = delivery.find_attempt(attempt_id)
    exam = delivery.find_exam(attempt.exam_id) if attempt else None
    if attempt is None or exam is None or attempt.state != "submitted":
        raise NotFound(_("There is no such result."))
    authorize(actor, "result:read", result_subject(attempt))
    # Who practises has his result at once; elsewhere nobody has his before all have theirs.
    is_released = delivery.is_released(exam.id) and (exam.release == "at_once" or not count_waiting(exam.id))
    marks = db.session.get(AttemptResult, attempt_id)
    looks_on = may(actor, "result:list", exam)
    is_open = is_released or looks_on
    review = "key" if looks_on else exam.review
    names = identity.person_names([attempt.person_id])
    return Result(
        attempt_id, exam, is_released, attempt.person_id == actor.person_id, names.get(attempt.person_id, ""),
        attempt.started_at, attempt.submitted_at, marks if is_open else None,
        _result_sections(exam.id, attempt.form_id, attempt_id, review) if is_open and marks else [], review,
        is_released and marks is not None and may(actor, "appeal:make", result_subject(attempt)))


def result_subject(attempt: Any) -> ResultSubject:
    """A result as the rules see it. Internal: no actor."""
    exam = delivery.find_exam(attempt.exam_id)
    assert exam is not None  # an attempt hangs on its exam
    return ResultSubject(attempt.id, attempt.person_id, exam.owner_id, exam.organisation_id)


def list_results(actor: Actor, exam_id: UUID, *, sort: str = "number") -> ResultList:
    """Of every candidate the attempt that counts; ``sort`` is "number", "points" (best first) or "name"."""
    exam = delivery.find_exam(exam_id)
    if exam is None:
        raise NotFound(_("There is no such exam."))
    authorize(actor, "result:list", exam)
    attempts = delivery.list_finished_attempts(exam_id)
    names = _names([attempt.person_id for attempt in attempts])
    codes = {form_id: assembly.get_paper(form_id).code for form_id in {each.form_id for each in attempts}}
    found = db.session.scalars(select(AttemptResult).where(AttemptResult.exam_id == exam_id))
    marks = {row.attempt_id: row for row in found}
    number = Counter(each.candidate_id for each in attempts)
    rows = [ResultRow(each, names.get(each.person_id, ""), codes[each.form_id], marks.get(each.id),
                      number[each.candidate_id])
            for each in attempts_that_count(attempts, {key: row.points for key, row in marks.items()})]
    return ResultList(exam, sorted(rows, key=_ORDERS.get(sort, _by_number)), count_open_appeals(exam_id))


def attempts_that_count(attempts: Sequence[delivery.AttemptRef],
                        points: Mapping[UUID, Decimal]) -> list[delivery.AttemptRef]:
    """Of each candidate the attempt with the most points, the first of equals, in the order given. Pure: no actor."""
    best: dict[UUID, delivery.AttemptRef] = {}
    for each in attempts:
        before = best.get(each.candidate_id)
        if before is None or points.get(each.id, NOTHING) > points.get(before.id, NOTHING):
            best[each.candidate_id] = each
    counts = {each.id for each in best.values()}
    return [each for each in attempts if each.id in counts]


def count_open_appeals(exam_id: UUID) -> int:
    """How many requests to look again wait for an answer. Internal: no actor."""
    return db.session.scalar(select(func.count()).select_from(Appeal)
                             .where(Appeal.exam_id == exam_id, Appeal.state == "open")) or 0


def count_marked(exam_id: UUID) -> tuple[int, int]:
    """(finished, marked) attempts of an exam. Internal, for analysis: no actor."""
    return len(delivery.list_finished_attempts(exam_id)), len(_marked(exam_id))


def results_of(exam_id: UUID) -> ExamResults:
    """The marked attempts of an exam as matrices, with raw responses. Internal, for analysis: no actor.

    A question that is nobody's, or credited to all, measures nothing: it is left out. One whose key was put right is
    read by the new key. Of each candidate the attempt that counts.
    """
    rulings, marked = rulings_in_force(exam_id), _marked(exam_id)
    finished = [each for each in delivery.list_finished_attempts(exam_id) if each.id in marked]
    attempts = attempts_that_count(finished, marked)
    columns = _columns({each.form_id for each in attempts}, len(attempts), rulings)
    place = {column.version_id: number for number, column in enumerate(columns)}
    row = {each.id: number for number, each in enumerate(attempts)}
    points = np.full((len(attempts), len(columns)), np.nan)
    omitted = np.zeros(points.shape, dtype=bool)
    for start in range(0, len(attempts), ATTEMPTS_AT_ONCE):
        some = attempts[start:start + ATTEMPTS_AT_ONCE]
        for attempt_id, version_id, units, state in _marks_of([each.id for each in some]):
            if version_id not in place:
                continue
            points[row[attempt_id], place[version_id]] = units / UNIT
            omitted[row[attempt_id], place[version_id]] = state == "omitted"
        _fill_responses(columns, place, row, some)
    return ExamResults(tuple(each.id for each in attempts), tuple(columns), points, omitted)


def _result_sections(exam_id: UUID, form_id: UUID, attempt_id: UUID, review: str) -> list[ResultSection]:
    paper = assembly.get_paper(form_id)
    if delivery.answers_removed(attempt_id):
        review = "marks"
    answers = {} if review == "marks" else delivery.final_responses([attempt_id])[attempt_id]
    appeals = {row.form_item_id: row for row in
               db.session.scalars(select(Appeal).where(Appeal.attempt_id == attempt_id))}
    marks = {mark.form_item_id: mark for mark in
             db.session.scalars(select(ItemMark).where(ItemMark.attempt_id == attempt_id))}
    given = {row.form_item_id: row for row in db.session.scalars(
        select(PersonMark).where(PersonMark.attempt_id == attempt_id, PersonMark.points.is_not(None)))}
    versions = bank.get_versions(item.item_version_id for item in paper.items)
    rulings = rows_in_force(exam_id)

    def entry(item: assembly.PaperItem) -> ResultItem:
        mark, appeal = marks.get(item.form_item_id), appeals.get(item.form_item_id)
        ruling = rulings.get(item.item_version_id)
        is_secret = versions[item.item_version_id].is_secure
        if is_secret or review == "marks":
            return ResultItem(item, None, None, mark, is_secret=is_secret, appeal=appeal, ruling=ruling)
        response = answers.get(str(item.form_item_id))
        key = _shown_key(item, versions[item.item_version_id], ruling) if review == "key" else None
        return ResultItem(item, response, key, mark, given.get(item.form_item_id),
                          _answer_files(attempt_id, item, response), appeal=appeal, ruling=ruling)
    return [(section, [entry(item) for item in section.items]) for section in paper.sections]


def _shown_key(item: assembly.PaperItem, version: bank.ItemVersionData, ruling: ItemRuling | None) -> dict[str, Any]:
    """The key that counts; of a single choice with several right options, all of them."""
    if ruling is None or not ruling.keys:
        return assembly.realise_key(item, version)[1]
    keys = ruling.keys
    return keys[0] if len(keys) == 1 else keys[0] | {"correct": [each["correct"] for each in keys]}


def _answer_files(attempt_id: UUID, item: assembly.PaperItem, response: Any) -> list[delivery.AnswerFile]:
    """The files of an answer that really belong to the attempt."""
    if item.type not in ("file_upload", "oral") or not response:
        return []
    found = []
    for named in response["files"]:
        with suppress(NotFound):
            found.append(delivery.find_answer_file(attempt_id, UUID(named)))
    return found


def _marked(exam_id: UUID) -> dict[UUID, Decimal]:
    """The points of attempts that wait for nobody any more."""
    return dict(db.session.execute(select(AttemptResult.attempt_id, AttemptResult.points).where(
        AttemptResult.exam_id == exam_id, AttemptResult.waiting == 0)).tuples().all())


def _names(person_ids: Sequence[UUID]) -> dict[UUID, str]:
    names: dict[UUID, str] = {}
    for start in range(0, len(person_ids), ATTEMPTS_AT_ONCE):
        names |= identity.person_names(person_ids[start:start + ATTEMPTS_AT_ONCE])
    return names


def _by_number(row: ResultRow) -> Any:
    return row.attempt.number


def _by_points(row: ResultRow) -> Any:
    return -(row.marks.points if row.marks else Decimal(-1)), row.attempt.number


def _by_name(row: ResultRow) -> Any:
    # Vietnamese lists go by the given name, which stands last.
    return [word.casefold() for word in reversed(row.name.split())], row.attempt.number


_ORDERS = {"number": _by_number, "points": _by_points, "name": _by_name}


def _columns(form_ids: Iterable[UUID], persons: int, rulings: Mapping[UUID, Ruling]) -> list[ItemColumn]:
    """The items of all forms, each once, numbered as they first appear by form code."""
    papers = sorted((assembly.get_paper(form_id) for form_id in form_ids), key=lambda paper: paper.code)
    first = {item.item_version_id: item for paper in reversed(papers) for item in reversed(paper.items)}
    order = list(dict.fromkeys(item.item_version_id for paper in papers for item in paper.items))
    versions = bank.get_versions(order)
    return [_column(number, first[version_id], versions[version_id], persons, rulings.get(version_id))
            for number, version_id in enumerate(order, start=1)
            if version_id not in rulings or rulings[version_id].kind == "keys"]


def _column(number: int, item: assembly.PaperItem, version: bank.ItemVersionData, persons: int,
            ruling: Ruling | None) -> ItemColumn:
    keys = ruling.keys if ruling else (version.key,)
    right = {option for key in keys for option in correct_options(version.type, dict(key))}
    # Analyses are stored: of a secure bank's words they keep none.
    words = (lambda _html: "") if version.is_secure else plain
    options = tuple(Option(each["id"], words(each["text"]), each["id"] in right)
                    for each in version.content.get("options", []))
    accepted = () if version.is_secure else tuple(
        each if isinstance(each, str) else str(each.get("value", each.get("text", each.get("tex", ""))))
        for each in keys[0].get("accepted", []))
    return ItemColumn(version.id, number, version.type, float(item.points), words(version.content["prompt"]),
                      options, accepted, [None] * persons)


def plain(html: str) -> str:
    """HTML of an item as one short line of text; formulas stay as TeX. Pure: no actor."""
    spaced = html.replace("</p>", " ").replace("<br>", " ")
    text = " ".join(unescape(nh3.clean(spaced, tags=set())).split())
    if len(text) <= TEXT_SHOWN:
        return text
    cut = text[:TEXT_SHOWN - 1]
    # Never end within a formula: half of one cannot be set.
    is_inside = cut.rfind("\\(") > cut.rfind("\\)")
    return (cut[:cut.rfind("\\(")] if is_inside else cut).rstrip() + "…"


def _marks_of(attempt_ids: Sequence[UUID]) -> Iterable[Any]:
    return db.session.execute(
        select(ItemMark.attempt_id, ItemMark.item_version_id,
               type_coerce(ItemMark.points, BigInteger), ItemMark.state)
        .where(ItemMark.attempt_id.in_(attempt_ids)))


def _fill_responses(columns: Sequence[ItemColumn], place: Mapping[UUID, int], row: Mapping[UUID, int],
                    attempts: Sequence[delivery.AttemptRef]) -> None:
    answers = delivery.final_responses([each.id for each in attempts])
    for attempt in attempts:
        given = answers[attempt.id]
        for item in assembly.get_paper(attempt.form_id).items:
            response = given.get(str(item.form_item_id))
            if item.item_version_id in place:
                columns[place[item.item_version_id]].responses[row[attempt.id]] = response
