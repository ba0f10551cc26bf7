"""Forms: drawn from the bank, read as papers.

`get_paper` takes no actor: delivery and marking call it, and have decided access by exam and attempt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from assessment.assembly import permissions as permissions
from assessment.assembly.drawing import Shortage, draw
from assessment.assembly.labels import Labels, labels_of, laid_out, shown_content
from assessment.assembly.models import Form, FormItem
from assessment.assembly.ordering import mix_blocks, order_ids
from assessment.assembly.sections import instruction, lay_out, section_kind
from assessment.bank import services as bank
from assessment.bank.content import EXAM_TYPES, LEVELS
from assessment.bank.services import stimuli
from assessment.bank.stimuli_models import KINDS
from assessment.bank.types import TYPES
from assessment.bank.variants import realise
from lms.core import audit
from lms.core.db import db
from lms.core.errors import Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.ids import new_id
from lms.core.permissions import Actor, authorize
from lms.curriculum import services as curriculum

MOST_ITEMS = 200
MOST_POINTS = 100
SEED_BITS = 31
USUAL_POINTS = {"true_false": Decimal(1), "essay": Decimal(2), "file_upload": Decimal(2), "oral": Decimal(2),
                "code": Decimal(2)} | dict.fromkeys(
    ("cloze", "table_fill", "matching", "ordering", "categorise", "hotspot", "label_image", "maths"), Decimal(1))
MATHEMATICS = "toan"
_Bundle = tuple[tuple[UUID, UUID], ...]
"""What is drawn in one piece, as (item id, version id): one question, or every question of a set in its order."""


@dataclass(frozen=True)
class SetWish:
    """Which sets of a shared text a row asks for; None means any. `fewest` and `most`: questions in a set.

    `kind` is text or audio; `stimulus_id` names one set.
    """

    fewest: int = 1
    most: int = stimuli.MOST_IN_SET
    kind: str | None = None
    language: str | None = None
    stimulus_id: UUID | None = None


@dataclass(frozen=True)
class DrawRow:
    """How many items of which kind; None means any. Without `points` the type's usual ones are given.

    Items of a secure bank come only where `bank_id` names it, drawn by somebody who may draw from it.
    With `sets` the row draws `count` whole sets that have a question of the topic; else single questions, those of
    sets only where `from_sets` asks for them.
    """

    subject_id: UUID
    count: int
    topic_id: UUID | None = None
    level: str | None = None
    type: str | None = None
    points: Decimal | None = None
    bank_id: UUID | None = None
    sets: SetWish | None = None
    from_sets: bool = False


@dataclass(frozen=True)
class PaperItem:
    """One item of a paper: no key.

    `content` has the item's own ids, `shown` is what the candidate's page may hold, with `labels` for them.
    """

    form_item_id: UUID
    number: int
    item_version_id: UUID
    type: str
    content: dict[str, Any]
    points: Decimal
    score_table_code: str
    option_order: tuple[str, ...]
    variant_seed: int | None = None
    stimulus: stimuli.StimulusText | None = None
    shown: dict[str, Any] = field(default_factory=dict)
    labels: Labels = Labels()


@dataclass(frozen=True)
class PaperSection:
    """A part of a paper, numbered on: the items of one type, or sets of several (`type` "set")."""

    number: str
    type: str
    items: tuple[PaperItem, ...]

    @property
    def groups(self) -> list[tuple[stimuli.StimulusText | None, list[PaperItem]]]:
        """(stimulus, its items) in order: what shares a text stands behind it; None for those without."""
        grouped = groupby(self.items, key=lambda item: item.stimulus.id if item.stimulus else None)
        parts = [list(items) for _stimulus, items in grouped]
        return [(items[0].stimulus, items) for items in parts]

    @property
    def title(self) -> str:
        """`Part I. Multiple choice`, in the reader's language."""
        return _("Part %(number)s. %(kind)s", number=self.number, kind=section_kind(self.type))

    @property
    def instruction(self) -> str:
        """What the candidate is to do in this part."""
        return instruction(self.type)

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
    """A drawn item version with its points; `place` is its stimulus and its place in the set."""

    version: bank.ItemVersionData
    points: Decimal
    place: tuple[UUID, int] | None

    @property
    def type(self) -> str:
        """Code of the type."""
        return self.version.type


def draw_form(actor: Actor, exam_id: UUID, *, rows: Sequence[DrawRow], seed: int, title: str = "",
              shuffle: bool = True) -> Form:
    """A new form of the exam from ready items that the actor may use; the same seed and bank, the same form.

    `shuffle` also changes the order of the options of choices. Raises Invalid
    with one problem for each row that the bank cannot fill.
    """
    authorize(actor, "form:draw")
    check_rows(rows)
    pools = [_pool(actor, row) for row in rows]
    _check_pools(rows, pools)
    chance = Random(seed)  # noqa: S311  reproducible by intent
    drawn = _draw_rows(rows, pools, seed)
    form = Form(id=new_id(), exam_id=exam_id, code=_free_code(exam_id, chance), title=title)
    db.session.add(form)
    db.session.flush()
    db.session.add_all(_form_items(form, drawn, chance, shuffle=shuffle))
    db.session.flush()
    audit.record(actor, "form:draw", subject=("form", form.id), exam=str(exam_id), seed=seed)
    return form


def add_code(actor: Actor, form_id: UUID, *, seed: int, shuffle: bool = True) -> Form:
    """Another code of a form: the same questions for the same points, in another order within each part.

    Questions of a set stay together, in their order. `shuffle` also gives options another order. The same form and
    seed, the same code. Raises NotFound.
    """
    authorize(actor, "form:draw")
    form = db.session.get(Form, form_id)
    if form is None:
        raise NotFound(_("There is no such form."))
    chance = Random(seed)  # noqa: S311  reproducible by intent
    rows = list(db.session.scalars(select(FormItem).where(FormItem.form_id == form_id).order_by(FormItem.position)))
    versions = bank.get_versions(row.item_version_id for row in rows)
    code = Form(id=new_id(), exam_id=form.exam_id, code=_free_code(form.exam_id, chance), title=form.title)
    db.session.add(code)
    db.session.flush()
    mixed = mix_blocks([(row.section, versions[row.item_version_id].stimulus_version_id, row) for row in rows], chance)
    db.session.add_all(_moved(row, code, position, versions[row.item_version_id], chance, shuffle)
                       for position, row in enumerate(mixed, start=1))
    db.session.flush()
    audit.record(actor, "form:draw", subject=("form", code.id), exam=str(form.exam_id), seed=seed, of=str(form_id))
    return code


def _moved(row: FormItem, code: Form, position: int, version: bank.ItemVersionData, chance: Random,
           shuffle: bool) -> FormItem:
    """A question of a form at its place in another code, with the same variant of its numbers."""
    content = version.content
    if row.variant_seed is not None:
        content, _key = realise(version.content, version.key, row.variant_seed)
    return FormItem(form_id=code.id, position=position, section=row.section, item_id=row.item_id,
                    item_version_id=row.item_version_id, points=row.points, variant_seed=row.variant_seed,
                    score_table_code=row.score_table_code,
                    option_order=order_ids(version.type, content, chance, shuffle=shuffle))


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
    texts = stimuli.get_stimulus_texts(version.stimulus_version_id for version in versions.values()
                                       if version.stimulus_version_id)
    items = [(row.section, _paper_item(row, versions[row.item_version_id], texts)) for row in rows]
    numbers = dict.fromkeys(section for section, _item in items)
    sections = [tuple(item for section, item in items if section == number) for number in numbers]
    return Paper(form.id, form.code, form.title,
                 tuple(PaperSection(number, _kind_of(own), own)
                       for number, own in zip(numbers, sections, strict=True)))


def _kind_of(items: Sequence[PaperItem]) -> str:
    types = {item.type for item in items}
    return types.pop() if len(types) == 1 else "set"


def realise_key(item: PaperItem, version: bank.ItemVersionData) -> tuple[dict[str, Any], dict[str, Any]]:
    """(content, key) of an item as this paper has them. Pure, for marking and results: no actor."""
    if item.variant_seed is None:
        return version.content, version.key
    return realise(version.content, version.key, item.variant_seed)


def default_points(type: str, subject_code: str = "") -> Decimal:
    """Points of an item as in the graduation exam of 2025: short answers in mathematics count double."""
    if type in USUAL_POINTS:
        return USUAL_POINTS[type]
    is_double = type in ("short_numeric", "four_cell") and subject_code == MATHEMATICS
    return Decimal("0.5") if is_double else Decimal("0.25")


def usual_table(type: str, key: Mapping[str, Any]) -> str:
    """The code of the score table of an item: its own, else the usual one of its type."""
    own = key.get("score_table")
    if own in TYPES[type].score_tables:
        return str(own)
    return next(iter(TYPES[type].score_tables), "all_or_nothing")


def level_name(level: str) -> str:
    """A level in the reader's language."""
    return {"know": _("Knowing"), "understand": _("Understanding"), "apply": _("Applying")}.get(level, level)


def check_rows(rows: Sequence[DrawRow]) -> None:
    """Raises Invalid naming each row that makes no sense, whatever the bank has. Pure."""
    problems = []
    for number, row in enumerate(rows, start=1):
        checks = [
            (row.count >= 1, _("Say how many questions, at least one.")),
            ((row.level or "know") in LEVELS and (row.type or "true_false") in EXAM_TYPES,
             _("No such level or type.")),
            (row.points is None or 0 < row.points <= MOST_POINTS, _("Points are from 0 to 100.")),
            *_set_checks(row),
        ]
        problems += [Problem(f"rows-{number}", message) for holds, message in checks if not holds]
    if not rows:
        problems.append(Problem("rows", _("Say what to draw.")))
    if sum(fewest_questions(row) for row in rows) > MOST_ITEMS:
        problems.append(Problem("rows", _("An exam has at most %(n)s questions.", n=MOST_ITEMS)))
    if problems:
        raise Invalid(_("The test cannot be drawn yet."), problems=problems)


def _set_checks(row: DrawRow) -> list[tuple[bool, str]]:
    wish = row.sets
    if wish is None:
        return []
    return [
        (1 <= wish.fewest <= wish.most <= stimuli.MOST_IN_SET,
         _("A set has at least one question and at most %(n)s; the lower number comes first.", n=stimuli.MOST_IN_SET)),
        (wish.kind in (None, *KINDS), _("Choose texts or recordings.")),
        (row.level is None and row.type is None,
         _("A set comes with all its questions: a row of sets asks for no level and no type.")),
        (wish.stimulus_id is None or row.count == 1, _("One set that is named can come only once.")),
    ]


def fewest_questions(row: DrawRow) -> int:
    """How many questions a row brings at least."""
    return row.count * row.sets.fewest if row.sets else row.count


def fitting_sets(sets: Sequence[bank.DrawableSet], row: DrawRow) -> list[bank.DrawableSet]:
    """The sets that a row may draw; [] for a row of single questions. Pure."""
    wish = row.sets
    if wish is None:
        return []
    return [each for each in sets
            if wish.fewest <= len(each.items) <= wish.most and wish.kind in (None, each.kind)
            and wish.language in (None, each.language) and wish.stimulus_id in (None, each.id)
            and (row.topic_id is None or row.topic_id in each.topic_ids)]


def _pool(actor: Actor, row: DrawRow) -> list[_Bundle]:
    if row.sets:
        return [each.items for each in fitting_sets(bank.list_sets(actor, row.subject_id, bank_id=row.bank_id), row)]
    pool: list[tuple[UUID, UUID]] = []
    for type in [row.type] if row.type else EXAM_TYPES:
        pool += bank.draw_pool(actor, subject_id=row.subject_id, topic_id=row.topic_id, level=row.level,
                               type=type, bank_id=row.bank_id, alone=not row.from_sets)
    return [(each,) for each in pool]


def _check_pools(rows: Sequence[DrawRow], pools: Sequence[Sequence[Any]]) -> None:
    numbered = enumerate(zip(rows, pools, strict=True), start=1)
    problems = [_shortage(number, row, len(pool))
                for number, (row, pool) in numbered if len(pool) < row.count]
    if problems:
        raise Invalid(_("The bank does not have enough questions for this test."), problems=problems)


def _shortage(number: int, row: DrawRow, available: int) -> Problem:
    """`Needs 5 questions (Applying, topic X), but the bank has 3`; of sets likewise."""
    names = [section_kind(row.type or ""), level_name(row.level or "")]
    if row.topic_id:
        topic = curriculum.topic_names([row.topic_id]).get(row.topic_id, "?")
        names.append(_("topic “%(name)s”", name=topic))
    else:
        names.append(curriculum.subject_names([row.subject_id]).get(row.subject_id, "?"))
    kind = ", ".join(name for name in names if name)
    if row.sets:
        told = _("Row %(row)s needs %(count)s sets of %(fewest)s to %(most)s questions (%(kind)s), "
                 "but the bank has %(available)s.", row=number, count=row.count, kind=kind, available=available,
                 fewest=row.sets.fewest, most=row.sets.most)
    else:
        told = _("Row %(row)s needs %(count)s questions (%(kind)s), but the bank has %(available)s.",
                 row=number, count=row.count, kind=kind, available=available)
    return Problem(f"rows-{number}", told)


def _draw_rows(rows: Sequence[DrawRow], pools: Sequence[Sequence[_Bundle]], seed: int) -> list[_Drawn]:
    try:
        chosen = [[each for bundle in own for each in bundle]
                  for own in draw(pools, [row.count for row in rows], seed)]
    except Shortage as short:
        problem = _shortage(short.row + 1, rows[short.row], short.available)
        raise Invalid(_("Several rows ask for the same questions, and there are not enough for all of them."),
                      problems=[problem]) from None
    _check_apart(chosen)
    versions = bank.get_versions(version_id for own in chosen for _item, version_id in own)
    places = stimuli.places_of(item_id for own in chosen for item_id, _version in own)
    codes = {subject.id: subject.code for subject in curriculum.list_subjects()}
    drawn = []
    for row, own in zip(rows, chosen, strict=True):
        for item_id, version_id in own:
            version = versions[version_id]
            points = row.points or default_points(version.type, codes.get(row.subject_id, ""))
            place = places.get(item_id) if version.stimulus_version_id else None
            drawn.append(_Drawn(version, points, place))
    return drawn


def _check_apart(chosen: Sequence[Sequence[tuple[UUID, UUID]]]) -> None:
    """Whole sets may bring more than their fewest, and what single rows took out of sets."""
    ids = [item_id for own in chosen for item_id, _version in own]
    if len(ids) > MOST_ITEMS:
        raise Invalid(_("An exam has at most %(n)s questions.", n=MOST_ITEMS))
    if len(set(ids)) < len(ids):
        raise Invalid(_("A row asks for single questions of a set that another row draws whole. Take one of them out."))


def _form_items(form: Form, drawn: Sequence[_Drawn], chance: Random, *, shuffle: bool) -> list[FormItem]:
    """The items at their places on the form, each with its own order of options and its own variant."""
    return [_form_item(form, position, section, each, chance, shuffle)
            for position, (section, each) in enumerate(lay_out(drawn), start=1)]


def _form_item(form: Form, position: int, section: str, drawn: _Drawn, chance: Random, shuffle: bool) -> FormItem:
    version = drawn.version
    seed = chance.getrandbits(SEED_BITS) if version.content.get("variables") else None
    content, key = (version.content, version.key) if seed is None else realise(version.content, version.key, seed)
    return FormItem(form_id=form.id, position=position, section=section, item_id=version.item_id,
                    item_version_id=version.id, points=drawn.points, variant_seed=seed,
                    score_table_code=usual_table(version.type, key),
                    option_order=order_ids(version.type, content, chance, shuffle=shuffle))


def _free_code(exam_id: UUID, chance: Random) -> str:
    """Four digits that no other form of the exam has."""
    taken = set(db.session.scalars(select(Form.code).where(Form.exam_id == exam_id)))
    free = [code for code in (f"{number:04}" for number in range(101, 10_000)) if code not in taken]
    return chance.choice(free)


def _paper_item(row: FormItem, version: bank.ItemVersionData, texts: Mapping[UUID, stimuli.StimulusText]) -> PaperItem:
    content = version.content
    if row.variant_seed is not None:
        content, _key = realise(version.content, version.key, row.variant_seed)
    laid = laid_out(content, row.option_order)
    labels = labels_of(version.type, laid)
    stimulus = texts.get(version.stimulus_version_id) if version.stimulus_version_id else None
    return PaperItem(row.id, row.position, row.item_version_id, version.type, laid, row.points,
                     row.score_table_code, tuple(row.option_order), row.variant_seed, stimulus,
                     shown_content(version.type, laid, labels), labels)
