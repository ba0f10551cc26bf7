"""Forms: drawn from the bank, read as papers.

`get_paper` takes no actor: delivery and marking call it, and have decided access by exam and attempt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from assessment.assembly import permissions as permissions
from assessment.assembly.drawing import Shortage, draw, shuffle_options
from assessment.assembly.models import Form, FormItem
from assessment.bank import services as bank
from assessment.bank.content import EXAM_TYPES, LEVELS
from lms.core import audit
from lms.core.db import db
from lms.core.errors import Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.ids import new_id
from lms.core.permissions import Actor, authorize
from lms.curriculum import services as curriculum

SECTION_NUMBERS = ("I", "II", "III", "IV")
SHUFFLED = ("single_choice", "multiple_response")
MOST_ITEMS = 200
MOST_POINTS = 100
SCORE_TABLES = {"single_choice": "all_or_nothing", "multiple_response": "multiple_partial",
                "true_false": "tf4_2025", "short_numeric": "all_or_nothing"}
MATHEMATICS = "toan"
_Pool = list[tuple[UUID, UUID]]


@dataclass(frozen=True)
class DrawRow:
    """How many items of which kind; None means any. Without `points` the type's usual ones are given."""

    subject_id: UUID
    count: int
    topic_id: UUID | None = None
    level: str | None = None
    type: str | None = None
    points: Decimal | None = None


@dataclass(frozen=True)
class PaperItem:
    """One item of a paper as a candidate may see it: no key."""

    form_item_id: UUID
    number: int
    item_version_id: UUID
    type: str
    content: dict[str, Any]
    points: Decimal
    score_table_code: str
    option_order: tuple[str, ...]


@dataclass(frozen=True)
class PaperSection:
    """A part of a paper: the items of one type, numbered on."""

    number: str
    type: str
    items: tuple[PaperItem, ...]

    @property
    def title(self) -> str:
        """`Part I. Multiple choice`, in the reader's language."""
        return _("Part %(number)s. %(kind)s", number=self.number, kind=_section_kind(self.type))

    @property
    def instruction(self) -> str:
        """What the candidate is to do in this part."""
        return _instruction(self.type)

    @property
    def points(self) -> Decimal:
        """The points of the part."""
        return sum((item.points for item in self.items), Decimal(0))


@dataclass(frozen=True)
class Paper:
    """A form as a candidate may see it."""

    form_id: UUID
    code: str
    title: str
    sections: tuple[PaperSection, ...]

    @property
    def items(self) -> tuple[PaperItem, ...]:
        """Every item in order."""
        return tuple(item for section in self.sections for item in section.items)

    @property
    def points(self) -> Decimal:
        """The points of the whole paper."""
        return sum((section.points for section in self.sections), Decimal(0))


@dataclass(frozen=True)
class _Drawn:
    version_id: UUID
    item_id: UUID
    type: str
    options: tuple[str, ...]
    points: Decimal


def draw_form(actor: Actor, exam_id: UUID, *, rows: Sequence[DrawRow], seed: int, title: str = "",
              shuffle: bool = True) -> Form:
    """A new form of the exam from ready items that the actor may use; the same seed and bank, the same form.

    `shuffle` also changes the order of the options of choices. Raises Invalid
    with one problem for each row that the bank cannot fill.
    """
    authorize(actor, "form:draw")
    _check_rows(rows)
    pools = [_pool(actor, row) for row in rows]
    _check_pools(rows, pools)
    chance = Random(seed)  # noqa: S311  reproducible by intent
    drawn = _draw_rows(rows, pools, seed)
    form = Form(id=new_id(), exam_id=exam_id, code=_free_code(exam_id, chance), title=title)
    db.session.add(form)
    db.session.flush()
    db.session.add_all(_lay_out(form, drawn, chance if shuffle else None))
    db.session.flush()
    audit.record(actor, "form:draw", subject=("form", form.id), exam=str(exam_id), seed=seed)
    return form


def discard_forms(actor: Actor, exam_id: UUID) -> None:
    """Remove the forms of an exam that nobody has sat; delivery has checked that it is not published."""
    authorize(actor, "form:discard")
    forms = select(Form.id).where(Form.exam_id == exam_id)
    db.session.execute(delete(FormItem).where(FormItem.form_id.in_(forms)))
    db.session.execute(delete(Form).where(Form.exam_id == exam_id))
    audit.record(actor, "form:discard", subject=("exam", exam_id))


def form_ids(exam_id: UUID) -> list[UUID]:
    """The forms of an exam by code. Internal: the caller may see the exam."""
    return list(db.session.scalars(select(Form.id).where(Form.exam_id == exam_id).order_by(Form.code)))


@lru_cache(maxsize=512)
def get_paper(form_id: UUID) -> Paper:
    """The paper of a form, kept in the process: a form never changes. Raises NotFound."""
    form = db.session.get(Form, form_id)
    if form is None:
        raise NotFound(_("There is no such form."))
    statement = select(FormItem).where(FormItem.form_id == form_id).order_by(FormItem.position)
    rows = list(db.session.scalars(statement))
    versions = bank.get_versions(row.item_version_id for row in rows)
    items = [(row.section, _paper_item(row, versions[row.item_version_id])) for row in rows]
    numbers = dict.fromkeys(section for section, _item in items)
    sections = [tuple(item for section, item in items if section == number) for number in numbers]
    return Paper(form.id, form.code, form.title,
                 tuple(PaperSection(number, own[0].type, own)
                       for number, own in zip(numbers, sections, strict=True)))


def default_points(type: str, subject_code: str = "") -> Decimal:
    """Points of an item as in the graduation exam of 2025: short answers in mathematics count double."""
    if type == "true_false":
        return Decimal(1)
    return Decimal("0.5") if type == "short_numeric" and subject_code == MATHEMATICS else Decimal("0.25")


def level_name(level: str) -> str:
    """A level in the reader's language."""
    return {"know": _("Knowing"), "understand": _("Understanding"), "apply": _("Applying")}.get(level, level)


def _section_kind(type: str) -> str:
    kinds = {"single_choice": _("Multiple choice, one right answer"),
             "multiple_response": _("Multiple choice, several right answers"),
             "true_false": _("True or false"), "short_numeric": _("Short answer")}
    return kinds.get(type, type)


def _instruction(type: str) -> str:
    told = {"single_choice": _("For each question choose one answer."),
            "multiple_response": _("For each question choose every right answer."),
            "true_false": _("In each question choose true or false for each statement a), b), c), d)."),
            "short_numeric": _("Write a number as the answer to each question.")}
    return told.get(type, "")


def _check_rows(rows: Sequence[DrawRow]) -> None:
    problems = []
    for number, row in enumerate(rows, start=1):
        checks = [
            (row.count >= 1, _("Say how many questions, at least one.")),
            ((row.level or "know") in LEVELS and (row.type or "true_false") in EXAM_TYPES,
             _("No such level or type.")),
            (row.points is None or 0 < row.points <= MOST_POINTS, _("Points are from 0 to 100.")),
        ]
        problems += [Problem(f"rows-{number}", message) for holds, message in checks if not holds]
    if not rows:
        problems.append(Problem("rows", _("Say what to draw.")))
    if sum(row.count for row in rows) > MOST_ITEMS:
        problems.append(Problem("rows", _("An exam has at most %(n)s questions.", n=MOST_ITEMS)))
    if problems:
        raise Invalid(_("The test cannot be drawn yet."), problems=problems)


def _pool(actor: Actor, row: DrawRow) -> _Pool:
    pool: _Pool = []
    for type in [row.type] if row.type else EXAM_TYPES:
        pool += bank.draw_pool(actor, subject_id=row.subject_id, topic_id=row.topic_id, level=row.level,
                               type=type)
    return pool


def _check_pools(rows: Sequence[DrawRow], pools: Sequence[Sequence[Any]]) -> None:
    numbered = enumerate(zip(rows, pools, strict=True), start=1)
    problems = [_shortage(number, row, len(pool))
                for number, (row, pool) in numbered if len(pool) < row.count]
    if problems:
        raise Invalid(_("The bank does not have enough questions for this test."), problems=problems)


def _shortage(number: int, row: DrawRow, available: int) -> Problem:
    """`Needs 5 questions (Applying, topic X), but the bank has 3`."""
    names = [_section_kind(row.type or ""), level_name(row.level or "")]
    if row.topic_id:
        topic = curriculum.topic_names([row.topic_id]).get(row.topic_id, "?")
        names.append(_("topic “%(name)s”", name=topic))
    else:
        names.append(curriculum.subject_names([row.subject_id]).get(row.subject_id, "?"))
    kind = ", ".join(name for name in names if name)
    told = _("Row %(row)s needs %(count)s questions (%(kind)s), but the bank has %(available)s.",
             row=number, count=row.count, kind=kind, available=available)
    return Problem(f"rows-{number}", told)


def _draw_rows(rows: Sequence[DrawRow], pools: Sequence[_Pool], seed: int) -> list[_Drawn]:
    try:
        chosen = draw(pools, [row.count for row in rows], seed)
    except Shortage as short:
        problem = _shortage(short.row + 1, rows[short.row], short.available)
        raise Invalid(_("Several rows ask for the same questions, and there are not enough for all of them."),
                      problems=[problem]) from None
    versions = bank.get_versions(version_id for own in chosen for _item, version_id in own)
    codes = {subject.id: subject.code for subject in curriculum.list_subjects()}
    drawn = []
    for row, own in zip(rows, chosen, strict=True):
        for item_id, version_id in own:
            version = versions[version_id]
            points = row.points or default_points(version.type, codes.get(row.subject_id, ""))
            options = tuple(option["id"] for option in version.content["options"])
            drawn.append(_Drawn(version_id, item_id, version.type, options, points))
    return drawn


def _lay_out(form: Form, drawn: Sequence[_Drawn], chance: Random | None) -> list[FormItem]:
    """Items by type into parts, in the order in which they were drawn."""
    types = [type for type in EXAM_TYPES if any(item.type == type for item in drawn)]
    section_of = dict(zip(types, SECTION_NUMBERS, strict=False))
    ordered = sorted(drawn, key=lambda item: types.index(item.type))
    return [FormItem(form_id=form.id, position=position, section=section_of[item.type], item_id=item.item_id,
                     item_version_id=item.version_id, points=item.points,
                     score_table_code=SCORE_TABLES[item.type],
                     option_order=_order_options(item, chance))
            for position, item in enumerate(ordered, start=1)]


def _order_options(item: _Drawn, chance: Random | None) -> list[str]:
    """Options of a choice in a new order; statements stay, for one may build on another."""
    if chance is None or item.type not in SHUFFLED:
        return list(item.options)
    return shuffle_options(item.options, chance)


def _free_code(exam_id: UUID, chance: Random) -> str:
    """Four digits that no other form of the exam has."""
    taken = set(db.session.scalars(select(Form.code).where(Form.exam_id == exam_id)))
    free = [code for code in (f"{number:04}" for number in range(101, 10_000)) if code not in taken]
    return chance.choice(free)


def _paper_item(row: FormItem, version: bank.ItemVersionData) -> PaperItem:
    return PaperItem(row.id, row.position, row.item_version_id, version.type, version.content, row.points,
                     row.score_table_code, tuple(row.option_order))
