"""Exams as a teacher makes them: basics, plan of questions, forms, publishing and closing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from secrets import randbits
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from assessment.assembly import services as assembly
from assessment.bank import services as bank
from assessment.bank.content import EXAM_TYPES
from assessment.delivery.models import (
    LATE_POLICIES,
    LEVELS,
    RELEASES,
    REVIEWS,
    Attempt,
    Candidate,
    Exam,
    Sitting,
    WithdrawnForm,
)
from assessment.delivery.permissions import MAKERS
from assessment.delivery.services.dealing import make_attempts
from assessment.delivery.services.ending import end_exam, publish_roots
from assessment.delivery.services.following import bring_exam_in_step
from assessment.delivery.services.parts import find_unfit_sections
from assessment.delivery.services.sittings import Span, list_sittings, told_of
from assessment.delivery.services.times import find_too_short, window_minutes
from assessment.delivery.states import change_state
from lms.core import audit, clock
from lms.core.db import Page, db, paginate
from lms.core.errors import Conflict, Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.permissions import SYSTEM, Actor, authorize, may, visible
from lms.curriculum import services as curriculum
from lms.organisations import services as organisations

MAX_MINUTES = 600
MAX_ATTEMPTS = 100
MAX_ROWS = 60
MAX_ITEMS = 200
MOST_CODES = 48
"""As many codes as the graduation exam prints for one subject."""
YEARS = range(2000, 2101)
HOLDERS = {"school": ("school", "university", "department", "ministry"),
           "department": ("department", "ministry"), "national": ("ministry",)}
"""Kinds of organisations that hold exams of a level; practice and class tests are everybody's."""


@dataclass(frozen=True)
class ExamDraft:
    """What a teacher says about an exam; times are moments with a zone.

    `review` is how much candidates see after the release, `release_at` when that is, where `release` is "at_time".
    `late_policy` is which late answers count. Of `attempts_allowed` the best counts. Pupils may register themselves
    until `register_until`, as long as there are `places`.
    """

    title: str
    subject_id: UUID
    time_limit_minutes: int
    opens_at: datetime
    closes_at: datetime
    instructions: str = ""
    shuffle: bool = True
    release: str = "after_close"
    release_at: datetime | None = None
    review: str = "key"
    late_policy: str = "outage"
    register_until: datetime | None = None
    places: int | None = None
    level: str = "class_test"
    attempts_allowed: int = 1


@dataclass(frozen=True)
class PlannedRow:
    """One row of the plan, with how many questions, or sets, of the bank it could take."""

    row: assembly.DrawRow
    available: int
    points: Decimal


@dataclass(frozen=True)
class Plan:
    """The plan of an exam's questions, and the forms drawn by it."""

    rows: list[PlannedRow] = field(default_factory=list)
    papers: list[assembly.Paper] = field(default_factory=list)

    @property
    def items(self) -> int:
        """How many questions the plan asks for, sets by their fewest; those of the paper itself once it is drawn."""
        if self.papers:
            return len(self.papers[0].items)
        return sum(assembly.fewest_questions(planned.row) for planned in self.rows)

    @property
    def open_ended(self) -> bool:
        """Whether sets may bring more questions than `items` says."""
        return not self.papers and any(row.row.sets and row.row.sets.fewest < row.row.sets.most for row in self.rows)

    @property
    def points(self) -> Decimal:
        """The sum of points of the plan; of the paper itself once it is drawn."""
        if self.papers:
            return self.papers[0].points
        return sum((planned.points * assembly.fewest_questions(planned.row) for planned in self.rows), Decimal(0))

    @property
    def enough(self) -> bool:
        """Whether every row finds as many questions as it wants."""
        return bool(self.rows) and all(planned.available >= planned.row.count for planned in self.rows)


def create_exam(actor: Actor, draft: ExamDraft) -> Exam:
    """A new exam in draft with its first sitting; raises Invalid."""
    authorize(actor, "exam:create")
    home = organisations.home_of(actor.places(*MAKERS))
    _check(draft, home)
    exam = Exam(owner_id=actor.id, organisation_id=home)
    _apply(exam, draft)
    db.session.add(exam)
    db.session.flush()
    db.session.add(Sitting(exam_id=exam.id, opens_at=draft.opens_at, closes_at=draft.closes_at,
                           register_until=draft.register_until, places=draft.places))
    db.session.flush()
    audit.record(actor, "exam:create", ("exam", exam.id))
    return exam


def edit_exam(actor: Actor, exam_id: UUID, draft: ExamDraft) -> Exam:
    """Change the basics of an exam that is not published; of one with several sittings, not the times of these.

    Raises Invalid, Conflict.
    """
    exam = load_draft(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    sittings = list_sittings(exam.id)
    if len(sittings) > 1:
        _check_sittings(draft, sittings)
        draft = _with_times_of(draft, sittings[0])
    _check(draft, exam.organisation_id)
    if draft.subject_id != exam.subject_id:
        exam.draw_rows = []
        assembly.discard_forms(actor, exam.id)
    _apply(exam, draft)
    sittings[0].opens_at, sittings[0].closes_at = draft.opens_at, draft.closes_at
    sittings[0].register_until, sittings[0].places = draft.register_until, draft.places
    db.session.flush()
    return exam


def _with_times_of(draft: ExamDraft, sitting: Sitting) -> ExamDraft:
    return replace(draft, opens_at=sitting.opens_at, closes_at=sitting.closes_at, places=sitting.places,
                   register_until=sitting.register_until)


def _check_sittings(draft: ExamDraft, sittings: Sequence[Sitting]) -> None:
    """Raise Invalid where the time limit or the release does not fit one of several sittings."""
    too_short = _("The window is shorter than the time limit: nobody could use all of his time.")
    problems = [Problem("time_limit_minutes", told_of(each, too_short)) for each in sittings
                if window_minutes(each) < draft.time_limit_minutes]
    if draft.release_at is not None and draft.release_at < max(each.closes_at for each in sittings):
        problems.append(Problem("release_at", _("Results are shown after the window has closed.")))
    if problems:
        raise Invalid(_("Please check the exam."), problems=problems)


def _check(draft: ExamDraft, home: UUID | None) -> None:
    window = (draft.closes_at - draft.opens_at) / timedelta(minutes=1)
    checks = [
        (0 < len(draft.title.strip()) <= 200, "title", _("An exam needs a title of at most 200 characters.")),
        (1 <= draft.time_limit_minutes <= MAX_MINUTES, "time_limit_minutes",
         _("The time limit is from 1 to %(most)s minutes.", most=MAX_MINUTES)),
        (draft.opens_at.year in YEARS and draft.closes_at.year in YEARS, "opens_at",
         _("An exam takes place between the years 2000 and 2100.")),
        (window > 0, "closes_at", _("The window must close after it opens.")),
        (window <= 0 or window >= draft.time_limit_minutes, "closes_at",
         _("The window is shorter than the time limit: nobody could use all of his time.")),
        *_check_release(draft),
        (1 <= draft.attempts_allowed <= MAX_ATTEMPTS, "attempts_allowed",
         _("Allow from 1 to %(most)s attempts.", most=MAX_ATTEMPTS)),
        (draft.attempts_allowed == 1 or draft.level not in HOLDERS, "attempts_allowed",
         _("An exam of a school or above is sat once.")),
        (draft.register_until is None or draft.register_until <= draft.closes_at, "register_until",
         _("Registration ends before the window closes.")),
        (draft.places is None or (draft.register_until is not None and draft.places > 0), "places",
         _("Places are counted where pupils register themselves.")),
        (draft.level not in HOLDERS or _holds(home, draft.level), "level",
         _("Your organisation does not hold exams of this level.")),
        (len(draft.instructions) <= 5_000, "instructions", _("The instructions are too long.")),
    ]
    problems = [Problem(where, message) for holds, where, message in checks if not holds]
    if problems:
        raise Invalid(_("Please check the exam."), problems=problems)


def _holds(home: UUID | None, level: str) -> bool:
    return home is not None and organisations.find_organisation(home).kind in HOLDERS[level]


def _check_release(draft: ExamDraft) -> list[tuple[bool, str, str]]:
    is_timed = draft.release == "at_time"
    return [
        (draft.level in LEVELS, "level", _("Choose what kind of exam this is.")),
        (draft.release in RELEASES, "release", _("Choose when results are shown.")),
        (draft.release != "at_once" or draft.level == "practice", "release",
         _("Only a practice exam shows results at once: in others, those who still sit could be told.")),
        (not is_timed or draft.release_at is not None, "release_at", _("Say when results are shown.")),
        (not is_timed or draft.release_at is None or draft.release_at >= draft.closes_at, "release_at",
         _("Results are shown after the window has closed.")),
        (draft.late_policy in LATE_POLICIES, "late_policy", _("Choose which late answers count.")),
        (draft.review in REVIEWS, "review", _("Choose how much candidates see.")),
    ]


def _apply(exam: Exam, draft: ExamDraft) -> None:
    exam.title, exam.subject_id = draft.title.strip(), draft.subject_id
    exam.time_limit_minutes, exam.instructions = draft.time_limit_minutes, draft.instructions.strip()
    exam.shuffle, exam.level, exam.review = draft.shuffle, draft.level, draft.review
    exam.late_policy, exam.attempts_allowed = draft.late_policy, draft.attempts_allowed
    exam.release = draft.release
    exam.release_at = draft.release_at if draft.release == "at_time" else None


def list_exams(actor: Actor, *, page: int = 1) -> Page[Any]:
    """(exam, its span) of every exam that the actor may read, the newest first."""
    authorize(actor, "exam:list")
    statement: Any = (select(Exam, func.min(Sitting.opens_at), func.max(Sitting.closes_at), func.count(Sitting.id))
                      .join(Sitting, Sitting.exam_id == Exam.id).group_by(Exam.id)
                      .order_by(Exam.created_at.desc(), Exam.id.desc()))
    found: Page[Any] = paginate(statement.where(visible(actor, "exam:read", Exam)), page)
    return Page([(exam, Span(*span)) for exam, *span in found], found.total, found.page, found.per_page)


def get_exam(actor: Actor, exam_id: UUID) -> Exam:
    """One exam, for those who made it or may look on; raises NotFound, Forbidden."""
    exam = load_exam(exam_id)
    authorize(actor, "exam:read", exam)
    return exam


def get_exam_with_paper(actor: Actor, exam_id: UUID) -> Exam:
    """An exam whose paper is to be read: that of a school or above is for who makes or approves it, until it has
    opened for the last of its sittings.

    Raises NotFound, Forbidden.
    """
    exam = get_exam(actor, exam_id)
    is_secret = exam.needs_approval and clock.now() < max(each.opens_at for each in list_sittings(exam.id))
    if is_secret and not may(actor, "exam:approve", exam):
        authorize(actor, "exam:edit", exam)
    return exam


def find_exam(exam_id: UUID) -> Exam | None:
    """The exam, or None. Internal, for the rooms above, which decide themselves who may see it: no actor."""
    return db.session.get(Exam, exam_id)


def get_plan(actor: Actor, exam_id: UUID) -> Plan:
    """The plan with how many questions each row finds, and the forms that were drawn."""
    exam = get_exam(actor, exam_id)
    code = next((subject.code for subject in curriculum.list_subjects() if subject.id == exam.subject_id), "")
    drawn = read_rows(exam)
    find = _finder(actor, exam.subject_id, drawn)
    rows = [PlannedRow(row, find(row),
                       row.points or assembly.default_points(row.type or "", code)) for row in drawn]
    return Plan(rows, [assembly.get_paper(form_id) for form_id in assembly.form_ids(exam.id)])


def _finder(actor: Actor, subject_id: UUID, rows: Sequence[assembly.DrawRow]) -> Callable[[assembly.DrawRow], int]:
    """How much each of these rows finds; of a secure bank that is not the actor's to draw from, nothing.

    A statement for each bank and way of drawing, whatever the number of rows.
    """
    banks = {row.bank_id for row in rows} - {None}
    known = {None} | ({ref.id for ref in bank.list_banks_to_draw(actor)} if banks else set())
    sets = {bank_id: bank.list_sets(actor, subject_id, bank_id=bank_id)
            for bank_id in known & {row.bank_id for row in rows if row.sets}}
    pools = {(bank_id, from_sets): bank.count_pool(actor, subject_id, bank_id=bank_id, alone=not from_sets)
             for bank_id, from_sets in {(row.bank_id, row.from_sets) for row in rows if not row.sets}
             if bank_id in known}

    def find(row: assembly.DrawRow) -> int:
        if row.sets:
            return len(assembly.fitting_sets(sets.get(row.bank_id, []), row))
        return _available(pools.get((row.bank_id, row.from_sets), {}), row)
    return find


def list_sets_to_draw(actor: Actor, exam_id: UUID) -> list[bank.DrawableSet]:
    """The sets of the exam's subject outside of secure banks, for the choice of one by its name."""
    return bank.list_sets(actor, get_exam(actor, exam_id).subject_id)


def count_by_topic(actor: Actor, exam_id: UUID) -> dict[UUID, dict[str, int]]:
    """How many ready questions of each type the bank has by topic of the exam's subject, sets apart."""
    exam = get_exam(actor, exam_id)
    pool = bank.count_pool(actor, exam.subject_id, alone=True)
    return {topic.id: {type: _available(pool, assembly.DrawRow(exam.subject_id, 1, topic.id, type=type))
                       for type in EXAM_TYPES} for topic in curriculum.list_topics(exam.subject_id)}


def _available(pool: Mapping[tuple[UUID | None, str, str], int], row: assembly.DrawRow) -> int:
    """How many of the pool fit a row; one that names no type takes those of an exam."""
    return sum(number for (topic_id, level, type), number in pool.items()
               if row.topic_id in (None, topic_id) and row.level in (None, level)
               and (type == row.type if row.type else type in EXAM_TYPES))


def read_rows(exam: Exam) -> list[assembly.DrawRow]:
    """The stored plan as the rows that assembly draws by."""
    return [assembly.DrawRow(
        subject_id=exam.subject_id, topic_id=UUID(row["topic_id"]) if row["topic_id"] else None,
        level=row["level"], type=row["type"], count=row["count"],
        points=Decimal(row["points"]) if row["points"] else None,
        bank_id=UUID(row["bank_id"]) if row.get("bank_id") else None,
        sets=_read_wish(row["sets"]) if row.get("sets") else None, from_sets=bool(row.get("from_sets")))
        for row in exam.draw_rows]


def set_draw_rows(actor: Actor, exam_id: UUID, rows: Sequence[assembly.DrawRow]) -> Exam:
    """Replace the plan of an exam in draft; a form drawn by the old plan is dropped.

    Raises Invalid, Conflict.
    """
    exam = load_draft(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    if len(rows) > MAX_ROWS or sum(map(assembly.fewest_questions, rows)) > MAX_ITEMS:
        raise Invalid(_("A test has at most %(most)s questions.", most=MAX_ITEMS))
    if any(row.count < 1 or not (row.points is None or 0 < row.points <= 100) for row in rows):
        raise Invalid(_("Every row needs at least one question, and points above nought."))
    if rows:
        assembly.check_rows(rows)
    exam.draw_rows = [_stored_row(row) for row in rows]
    assembly.discard_forms(actor, exam.id)
    return exam


def _stored_row(row: assembly.DrawRow) -> dict[str, Any]:
    return {"topic_id": str(row.topic_id) if row.topic_id else None, "level": row.level, "type": row.type,
            "count": row.count, "points": str(row.points) if row.points else None,
            "bank_id": str(row.bank_id) if row.bank_id else None, "from_sets": row.from_sets,
            "sets": _stored_wish(row.sets) if row.sets else None}


def _stored_wish(wish: assembly.SetWish) -> dict[str, Any]:
    return vars(wish) | {"stimulus_id": str(wish.stimulus_id) if wish.stimulus_id else None}


def _read_wish(stored: dict[str, Any]) -> assembly.SetWish:
    return assembly.SetWish(**stored | {"stimulus_id": UUID(stored["stimulus_id"]) if stored["stimulus_id"] else None})


def draw_exam_form(actor: Actor, exam_id: UUID, *, seed: int | None = None, codes: int | None = None) -> UUID:
    """Draw the form of an exam in draft anew, and give the id of its first code (mã đề).

    `codes` is how many there are, each in another order; None leaves as many as there were. Raises Invalid that
    names the rows for which the bank has too few questions.
    """
    exam = load_draft(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    rows = read_rows(exam)
    if not rows:
        raise Invalid(_("Say first what the test is made of."))
    codes = max(1, len(assembly.form_ids(exam.id))) if codes is None else codes
    if not 1 <= codes <= MOST_CODES:
        raise Invalid(_("An exam has 1 to %(most)s codes.", most=MOST_CODES))
    assembly.discard_forms(actor, exam.id)
    seed = randbits(31) if seed is None else seed
    first = assembly.draw_form(actor, exam.id, rows=rows, seed=seed, title=exam.title, shuffle=exam.shuffle).id
    for number in range(1, codes):
        assembly.add_code(actor, first, seed=seed + number, shuffle=exam.shuffle)
    return first


def publish_exam(actor: Actor, exam_id: UUID) -> Exam:
    """Let the candidates see the exam; their attempts are made now, before the bell: of many candidates by a job.

    Raises Invalid where something is missing, Conflict where it is not in draft.
    """
    exam = load_exam(exam_id)
    authorize(actor, "exam:publish", exam)
    if exam.needs_approval and not actor.is_system:
        raise Conflict(_("This exam needs a second person: propose it for approval."))
    check_ready(actor, exam)
    change_state(actor, exam, "published")
    make_attempts(exam, *list_sittings(exam.id))
    audit.record(actor, "exam:publish", ("exam", exam.id))
    return exam


def check_ready(actor: Actor, exam: Exam) -> None:
    """Raise Invalid with all that is missing before candidates may see an exam."""
    authorize(actor, "exam:read", exam)
    problems = [] if assembly.form_ids(exam.id) else [_("Draw the test first.")]
    sittings = list_sittings(exam.id)
    for sitting in sittings:
        faults = _find_faults(actor, exam, sitting)
        problems += [told_of(sitting, fault) for fault in faults] if len(sittings) > 1 else faults
    problems += find_unfit_sections(exam)
    if problems and exam.state in ("draft", "proposed"):
        raise Invalid(_("The exam is not ready yet: %(what)s", what=" ".join(problems)))


def _find_faults(actor: Actor, exam: Exam, sitting: Sitting) -> list[str]:
    """What a sitting lacks before its candidates may see the exam."""
    somebody = db.session.scalar(select(Candidate.id).where(Candidate.sitting_id == sitting.id).limit(1))
    checks = [(somebody is not None or sitting.register_until is not None, _("Choose first who sits the exam.")),
              (actor.is_system or sitting.closes_at > clock.now(),
               _("The window of this exam is over already.")),
              (sitting.start_by == "clock" or not _unseated(sitting.id),
               _("Give every candidate a seat: the invigilators open the rooms."))]
    return [message for holds, message in checks if not holds] + find_too_short(exam, sitting)


def _unseated(sitting_id: UUID) -> bool:
    somebody = select(Candidate.id).where(Candidate.sitting_id == sitting_id, Candidate.room_id.is_(None)).limit(1)
    return db.session.scalar(somebody) is not None


def withdraw_exam(actor: Actor, exam_id: UUID, *, reason: str = "") -> Exam:
    """Take a published exam back to draft, as long as nobody has begun; raises Conflict."""
    exam = load_exam(exam_id)
    authorize(actor, "exam:approve" if exam.needs_approval else "exam:publish", exam)
    bring_exam_in_step(exam.id)
    attempts = select(Attempt.id).where(Attempt.exam_id == exam.id)
    if db.session.scalar(attempts.where(Attempt.state != "ready").limit(1)) is not None:
        raise Conflict(_("Somebody has begun already: the exam can be closed, but not taken back."))
    change_state(actor, exam, "draft", reason=reason)
    db.session.execute(delete(Attempt).where(Attempt.exam_id == exam.id))  # nobody has written anything in them
    db.session.execute(delete(WithdrawnForm).where(WithdrawnForm.exam_id == exam.id))
    audit.record(actor, "exam:publish", ("exam", exam.id), withdrawn=True)
    return exam


def close_exam(actor: Actor, exam_id: UUID, *, reason: str = "") -> Exam:
    """End an exam: attempts that still run are submitted as they stand, of many by a job. Raises Conflict."""
    exam = load_exam(exam_id)
    authorize(actor, "exam:close", exam)
    change_state(actor, exam, "closed", reason=reason)
    audit.record(actor, "exam:close", ("exam", exam.id))
    end_exam(actor, exam)
    return exam


def close_finished_exam(exam_id: UUID) -> None:
    """Close an exam whose window is over and in which nobody writes. The platform acts: no actor."""
    exam = load_exam(exam_id)
    running = select(Attempt.id).where(Attempt.exam_id == exam.id, Attempt.state == "in_progress").limit(1)
    if exam.state == "published" and db.session.scalar(running) is None:
        change_state(SYSTEM, exam, "closed", reason="the window is over")
        publish_roots(exam.id)


def load_draft(actor: Actor, exam_id: UUID) -> Exam:
    """The exam if it can still be changed; raises Conflict if it is published. Authorises reading only."""
    exam = get_exam(actor, exam_id)
    if exam.state == "proposed":
        raise Conflict(_("This exam waits for approval: take it back before you change it."))
    if exam.state != "draft":
        raise Conflict(_("This exam is published: take it back before you change it."))
    return exam


def load_exam(exam_id: UUID) -> Exam:
    """The exam, its row kept from others. Internal: the caller authorises."""
    exam = db.session.get(Exam, exam_id, with_for_update=db.engine.dialect.name == "postgresql")
    if exam is None:
        raise NotFound(_("There is no such exam."))
    return exam
