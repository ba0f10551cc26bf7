"""Questions found wrong: what was decided about each, shown first, made by one person and approved by a second.

No paper changes and no answer: a ruling changes how answers are marked, from then on and backwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select

from assessment.assembly import services as assembly
from assessment.bank import services as bank
from assessment.delivery import services as delivery
from assessment.marking import permissions as permissions
from assessment.marking.keys import mend_key
from assessment.marking.models import AttemptResult, ItemMark, ItemRuling
from assessment.marking.scoring import Ruling
from assessment.marking.services.effects import Effect, count_effect
from assessment.marking.services.in_force import rows_in_force, rulings_in_force
from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound, Problem
from lms.core.i18n import _, _l
from lms.core.jobs import enqueue
from lms.core.permissions import Actor, authorize, may
from lms.identity import services as identity

LONGEST_REASON = 500
KINDS: dict[str, Any] = {
    "void": _l("Nobody's question: it is left out"),
    "credit_all": _l("Everybody gets its full points"),
    "keys": _l("The key is put right"),
    "none": _l("No ruling: marked as it was"),
}
POLICIES: dict[str, Any] = {
    "left_out": _l("The maximum falls by its points"),
    "rescaled": _l("The maximum stays, and the other questions count for more"),
}
REASONS: dict[str, Any] = {
    "no_right_answer": _l("No answer is right"),
    "several_right": _l("More than one answer is right"),
    "wrong_key": _l("The key was wrong"),
    "unclear": _l("The question can be misread"),
    "broken": _l("A picture, formula or recording was missing or broken"),
    "outside_programme": _l("Outside the programme"),
    "leaked": _l("Known before the exam"),
    "other": _l("Something else, as the words say"),
}
LEGAL = {"proposed": ("in_force", "refused"), "in_force": (), "refused": ()}
"""Steps of a ruling; one that holds is followed by another, never changed."""


@dataclass(frozen=True)
class RulingDraft:
    """What one would decide: `right` are options, `also` further accepted answers; `tells` tells who writes now."""

    kind: str
    code: str
    reason: str
    policy: str = ""
    right: Sequence[str] = ()
    also: Sequence[str] = ()
    tells: bool = False


@dataclass(frozen=True)
class ExamItem:
    """A question of an exam over all codes: `places` are (code, number); `right_share` of the marked, None of none."""

    item: assembly.PaperItem
    places: list[tuple[str, int]]
    is_secret: bool
    right_share: float | None = None
    ruling: ItemRuling | None = None
    is_proposed: bool = False


@dataclass(frozen=True)
class RulingRow:
    """One ruling of the past or the present, with the names of who made and who decided it."""

    ruling: ItemRuling
    ruled_by: str
    decided_by: str


@dataclass(frozen=True)
class ItemCase:
    """One question with its key and its rulings, the newest first; `may_decide`: a proposal waits for this reader."""

    exam: Any
    item: ExamItem
    content: dict[str, Any]
    key: dict[str, Any]
    rows: list[RulingRow]
    waiting: ItemRuling | None
    may_decide: bool


def list_exam_items(actor: Actor, exam_id: UUID) -> list[ExamItem]:
    """The questions of an exam, each once, as they first stand in its codes."""
    _ruled_exam(actor, exam_id)
    found, places = _items(exam_id)
    versions, shares, held = bank.get_versions(found), _shares(exam_id), rows_in_force(exam_id)
    proposed = set(db.session.scalars(select(ItemRuling.item_version_id).where(
        ItemRuling.exam_id == exam_id, ItemRuling.state == "proposed")))
    return [ExamItem(item, places[version_id], versions[version_id].is_secure, shares.get(version_id),
                     held.get(version_id), version_id in proposed) for version_id, item in found.items()]


def get_case(actor: Actor, exam_id: UUID, version_id: UUID) -> ItemCase:
    """All about one question of an exam; raises NotFound."""
    exam = _ruled_exam(actor, exam_id)
    item = next((each for each in list_exam_items(actor, exam_id) if each.item.item_version_id == version_id), None)
    if item is None:
        raise NotFound(_("There is no such question in this exam."))
    rows = list(db.session.scalars(select(ItemRuling).where(
        ItemRuling.exam_id == exam_id, ItemRuling.item_version_id == version_id).order_by(ItemRuling.number.desc())))
    names = identity.person_names({each for row in rows for each in (row.ruled_by_id, row.decided_by_id) if each})
    waiting = next((row for row in rows if row.state == "proposed"), None)
    content, key = assembly.realise_key(item.item, bank.get_versions([version_id])[version_id])
    return ItemCase(exam, item, content, key,
                    [RulingRow(row, names.get(row.ruled_by_id, ""),
                               names[row.decided_by_id] if row.decided_by_id else "") for row in rows],
                    waiting, waiting is not None and _may_decide(actor, exam, waiting))


def preview_ruling(actor: Actor, exam_id: UUID, version_id: UUID, draft: RulingDraft) -> Effect:
    """What a ruling would change now, and nothing is done; raises Invalid, NotFound."""
    case_ = get_case(actor, exam_id, version_id)
    keys = _checked(case_, draft)
    return _effect(exam_id, version_id, Ruling(draft.kind, draft.policy, tuple(keys)))


def preview_waiting(actor: Actor, exam_id: UUID, version_id: UUID) -> Effect | None:
    """What the proposal that waits would change; None where none waits."""
    waiting = get_case(actor, exam_id, version_id).waiting
    if waiting is None:
        return None
    return _effect(exam_id, version_id, Ruling(waiting.kind, waiting.policy, tuple(waiting.keys)))


def make_ruling(actor: Actor, exam_id: UUID, version_id: UUID, draft: RulingDraft) -> ItemRuling:
    """Decide, or propose where a second person must approve; raises Invalid, Conflict, NotFound."""
    case_ = get_case(actor, exam_id, version_id)
    keys = _checked(case_, draft)
    if case_.waiting is not None:
        raise Conflict(_("A ruling on this question waits for a second person already."))
    assert actor.person_id is not None  # nobody else passes `authorize`
    row = ItemRuling(exam_id=exam_id, item_version_id=version_id, number=len(case_.rows) + 1, kind=draft.kind,
                     policy=draft.policy if draft.kind == "void" else "", keys=keys, code=draft.code,
                     reason=draft.reason.strip(), tells=draft.tells, state="proposed", ruled_by_id=actor.person_id)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "exam:rule", ("exam", exam_id), item_version=str(version_id), number=row.number,
                 kind=row.kind, policy=row.policy, keys=row.keys, code=row.code, reason=row.reason)
    if not case_.exam.needs_approval:
        _put_in_force(actor, case_, row)
    return row


def decide_ruling(actor: Actor, exam_id: UUID, version_id: UUID, *, approves: bool) -> ItemRuling:
    """The second person's word on the proposal that waits; raises Forbidden, Conflict, NotFound."""
    case_ = get_case(actor, exam_id, version_id)
    authorize(actor, "exam:approve" if approves else "exam:rule", case_.exam)
    if case_.waiting is None:
        raise Conflict(_("No ruling on this question waits for a second person."))
    if approves and actor.person_id == case_.waiting.ruled_by_id:
        raise Conflict(_("Another person than who proposed the ruling must approve it."))
    audit.record(actor, "exam:rule", ("exam", exam_id), item_version=str(version_id), number=case_.waiting.number,
                 before="proposed", after="in_force" if approves else "refused")
    if approves:
        _put_in_force(actor, case_, case_.waiting, decided_by=actor.person_id)
    else:
        _step(case_.waiting, "refused", actor.person_id)
    return case_.waiting


def _put_in_force(actor: Actor, case_: ItemCase, row: ItemRuling, decided_by: UUID | None = None) -> None:
    _need_questions(case_, row.kind)
    _step(row, "in_force", decided_by)
    if row.tells and case_.exam.state == "published":
        delivery.tell_sittings(row.exam_id, _message(case_.item, row), by=actor.person_id)
    enqueue("assessment.mark_exam", owner=actor.person_id, subject=("marking", row.exam_id),
            exam_id=str(row.exam_id))


def _step(row: ItemRuling, state: str, decided_by: UUID | None) -> None:
    if state not in LEGAL[row.state]:
        raise Conflict(_("This ruling has been decided already."))
    row.state, row.decided_by_id, row.decided_at = state, decided_by, clock.now()
    db.session.flush()


def _message(item: ExamItem, row: ItemRuling) -> str:
    """One message for all codes: a candidate reads the number of his own."""
    numbers = {number for _code, number in item.places}
    where = (_("Question %(number)s", number=numbers.pop()) if len(numbers) == 1 else
             "; ".join(_("code %(code)s: question %(number)s", code=code, number=number)
                       for code, number in item.places))
    said = {"void": _("will not be counted."), "credit_all": _("counts as right for everybody."),
            "keys": _("has its key put right."), "none": _("is marked as usual.")}[row.kind]
    return f"{where} {said} " + _("Your paper does not change; go on with your work.")


def _checked(case_: ItemCase, draft: RulingDraft) -> list[dict[str, Any]]:
    """The keys of the draft; raises Invalid that names each field."""
    checks = [(draft.kind in KINDS, "kind", _("Choose what becomes of the question.")),
              (draft.kind != "void" or draft.policy in POLICIES, "policy", _("Choose what becomes of its points.")),
              (draft.kind != "none" or case_.item.ruling is not None, "kind", _("No ruling holds of this question.")),
              (draft.code in REASONS, "code", _("Choose what is wrong with the question.")),
              (0 < len(draft.reason.strip()) <= LONGEST_REASON, "reason",
               _("Say why, in at most %(most)s characters.", most=LONGEST_REASON))]
    problems = [Problem(where, message) for holds, where, message in checks if not holds]
    keys: list[dict[str, Any]] = []
    if draft.kind == "keys":
        keys, faults = _mended(case_, draft)
        problems += faults
    if problems:
        raise Invalid(_("This ruling cannot be made."), problems)
    _need_questions(case_, draft.kind)
    return keys


def _mended(case_: ItemCase, draft: RulingDraft) -> tuple[list[dict[str, Any]], list[Problem]]:
    if case_.item.is_secret or case_.item.item.variant_seed is not None:
        return [], [Problem("kind", _("The key of a question of a secure bank, or with changing numbers, cannot be "
                                      "put right here: leave it out, or credit it."))]
    return mend_key(case_.item.item.type, case_.content, case_.key, draft.right,
                    [each.strip() for each in draft.also if each.strip()])


def _need_questions(case_: ItemCase, kind: str) -> None:
    """No code may be left without a question that counts."""
    if kind != "void":
        return
    void = {version_id for version_id, row in rows_in_force(case_.exam.id).items() if row.kind == "void"}
    void.add(case_.item.item.item_version_id)
    for form_id in assembly.form_ids(case_.exam.id):
        if all(item.item_version_id in void for item in assembly.get_paper(form_id).items):
            message = _("No question would be left that counts. Credit this one instead, or repeat the exam.")
            raise Invalid(message, [Problem("kind", message)])


def _effect(exam_id: UUID, version_id: UUID, ruling: Ruling) -> Effect:
    delivery.bring_exam_in_step(exam_id)
    now = rulings_in_force(exam_id)
    then = {each: held for each, held in now.items() if each != version_id}
    if ruling.kind != "none":
        then[version_id] = ruling
    return count_effect(exam_id, now, then)


def _items(exam_id: UUID) -> tuple[dict[UUID, assembly.PaperItem], dict[UUID, list[tuple[str, int]]]]:
    found: dict[UUID, assembly.PaperItem] = {}
    places: dict[UUID, list[tuple[str, int]]] = {}
    for form_id in assembly.form_ids(exam_id):
        paper = assembly.get_paper(form_id)
        for item in paper.items:
            found.setdefault(item.item_version_id, item)
            places.setdefault(item.item_version_id, []).append((paper.code, item.number))
    return found, places


def _shares(exam_id: UUID) -> dict[UUID, float]:
    """The share of right answers among those that were marked by an answer."""
    right = func.sum(case((ItemMark.state == "right", 1), else_=0))
    rows = db.session.execute(
        select(ItemMark.item_version_id, right, func.count())
        .join(AttemptResult, AttemptResult.attempt_id == ItemMark.attempt_id)
        .where(AttemptResult.exam_id == exam_id, ItemMark.state.in_(("right", "partial", "wrong", "omitted")))
        .group_by(ItemMark.item_version_id))
    return {version_id: float(Decimal(int(some)) / all_) for version_id, some, all_ in rows}


def _may_decide(actor: Actor, exam: Any, waiting: ItemRuling) -> bool:
    return may(actor, "exam:approve", exam) and actor.person_id != waiting.ruled_by_id


def _ruled_exam(actor: Actor, exam_id: UUID) -> Any:
    exam = delivery.find_exam(exam_id)
    if exam is None:
        raise NotFound(_("There is no such exam."))
    authorize(actor, "exam:rule", exam)
    if exam.state not in ("published", "closed"):
        raise Conflict(_("This exam is not published."))
    return exam
