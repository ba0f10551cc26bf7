"""A school turns its year: every class goes up a grade, the last grade leaves, a new first grade begins.

First a proposal, which may be edited and kept as a draft; then everything in one go; then, until something else has
changed, back again. The old classes are closed and keep their exams; the new ones are new organisations.
"""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.organisations.calendar import last_day, next_year, school_year, today
from lms.organisations.models import Membership, Organisation, RollOver
from lms.organisations.services.changes import add_organisation, close_row, lock_tree
from lms.organisations.services.members import PersonRef, is_active, list_class_members, positions_changed
from lms.organisations.services.tree import OrganisationRef, load_organisation, make_ref

LAST_GRADES = (5, 9, 12)
FIRST_GRADES = (10, 6, 1)
GRADE = re.compile(r"\d{1,2}")
LEAVES = "-"
"""Instead of the name of a class: the pupil leaves the school."""
MOST_CLASSES, LONGEST_NAME = 200, 60


@dataclass(frozen=True)
class ClassPlan:
    """What becomes of a class: `next_name` empty where it leaves. `others`: pupils who do not go with it."""

    id: UUID
    name: str
    next_name: str
    pupils: int
    teachers: int
    others: dict[UUID, str]


@dataclass(frozen=True)
class Plan:
    """The turn of a school's year as it would be done now."""

    school: OrganisationRef
    from_year: str
    to_year: str
    classes: list[ClassPlan]
    new_names: list[str]
    is_early: bool
    done: RollOver | None

    @property
    def next_names(self) -> list[str]:
        """The classes of next year, by name."""
        return sorted({each.next_name for each in self.classes if each.next_name} | set(self.new_names), key=name_key)

    @property
    def counts(self) -> dict[str, int]:
        """Pupils: `up` with their class, `leave`, `other` into another class; `closed` and `begun` classes."""
        told = {"up": 0, "leave": 0, "other": 0}
        for each in self.classes:
            leaving = sum(target == LEAVES for target in each.others.values())
            rest = each.pupils - len(each.others)
            told["up" if each.next_name else "leave"] += rest
            told["leave"] += leaving
            told["other"] += len(each.others) - leaving
        return {**told, "closed": len(self.classes), "begun": len(self.next_names)}


def name_key(name: str) -> tuple[tuple[int, str], ...]:
    """Sorts 9A2 before 10A1, and 10A2 before 10A10. Pure: no actor."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|\D+", name))


def grade_of(name: str) -> int | None:
    """The grade in the name of a class: 10A1 is 10. Pure: no actor."""
    found = GRADE.search(name)
    return int(found[0]) if found and 1 <= int(found[0]) <= 12 else None


def next_name(name: str, last_grade: int) -> str:
    """What a class is called next year; empty where its grade is the last of the school. Pure: no actor."""
    grade = grade_of(name)
    if grade is None:
        return name
    return GRADE.sub(str(grade + 1), name, count=1) if grade < last_grade else ""


def plan_roll_over(actor: Actor, school_id: UUID) -> Plan:
    """The proposal for a school's next turn, with what was edited so far; changes nothing. Raises NotFound."""
    school = _load_school(school_id)
    authorize(actor, "organisation:manage", school)
    classes = _open_classes(school_id)
    from_year = min((row.school_year or school_year() for row in classes), default=school_year())
    turning = [row for row in classes if (row.school_year or from_year) == from_year]
    draft = _find(school_id, from_year)
    told = draft.plan if draft and draft.state == "draft" else {}
    grades = [grade for row in turning if (grade := grade_of(row.name))]
    last = next((each for each in LAST_GRADES if each >= max(grades, default=12)), 12)
    counts = _count_members([row.id for row in turning])
    plans = [_plan_class(row, last, told, counts) for row in turning]
    return Plan(make_ref(school), from_year, next_year(from_year), sorted(plans, key=lambda each: name_key(each.name)),
                told.get("new", _new_names(turning, grades)), today() < last_day(from_year), _last_done(school_id))


def list_pupils(actor: Actor, school_id: UUID, class_id: UUID) -> tuple[Plan, ClassPlan, list[PersonRef]]:
    """The plan, one class of it and its pupils, to say who repeats, changes or leaves; raises NotFound."""
    plan = plan_roll_over(actor, school_id)
    chosen = next((each for each in plan.classes if each.id == class_id), None)
    if chosen is None:
        raise NotFound(_("There is no such class in this roll-over."))
    return plan, chosen, list_class_members(actor, class_id)


def save_names(actor: Actor, school_id: UUID, *, from_year: str, names: dict[UUID, str], new: list[str]) -> None:
    """Keep what classes are to be called next year (empty: the class leaves) and the new ones of the first grade.

    Raises NotFound, Invalid (naming the class), Conflict where that turn is done.
    """
    school = _load_school(school_id)
    authorize(actor, "organisation:manage", school)
    plan = plan_roll_over(actor, school_id)
    cleaned = {str(each.id): " ".join(names.get(each.id, each.next_name).split()) for each in plan.classes}
    fresh = [" ".join(name.split()) for name in new if name.strip()]
    _check_names(plan, cleaned, fresh)
    draft = _draft(plan, from_year)
    draft.plan = {**draft.plan, "names": cleaned, "new": fresh}
    db.session.flush()


def save_exceptions(actor: Actor, school_id: UUID, class_id: UUID, *, others: dict[UUID, str]) -> None:
    """Keep which pupils of a class do not go with it: the name of another class of next year, or LEAVES.

    Raises NotFound, Invalid for a class that there will not be.
    """
    school = _load_school(school_id)
    authorize(actor, "organisation:manage", school)
    plan, _chosen, pupils = list_pupils(actor, school_id, class_id)
    known = {pupil.id for pupil in pupils}
    kept = {str(person): target for person, target in others.items() if target and person in known}
    unknown = sorted({target for target in kept.values() if target != LEAVES} - set(plan.next_names))
    if unknown:
        raise Invalid(_("There will be no class called “%(name)s” next year.", name=unknown[0]))
    draft = _draft(plan, plan.from_year)
    draft.plan = {**draft.plan, "others": {**draft.plan.get("others", {}), str(class_id): kept}}
    db.session.flush()


def do_roll_over(actor: Actor, school_id: UUID, *, from_year: str) -> RollOver:
    """Turn the year, in one go; a turn that is done already is returned as it was.

    Raises NotFound, Invalid (what is wrong with which class), Conflict where the school is at another year.
    """
    school = _load_school(school_id)
    authorize(actor, "organisation:manage", school)
    lock_tree()
    done = _find(school_id, from_year)
    if done is not None and done.state == "done":
        return done
    plan = plan_roll_over(actor, school_id)
    if not plan.classes:
        raise Invalid(_("“%(name)s” has no open classes to roll over.", name=school.name))
    names = {str(each.id): each.next_name for each in plan.classes}
    _check_names(plan, names, plan.new_names)
    turn = _draft(plan, from_year)
    _Turn(actor, school, plan, turn).do()
    counts = plan.counts
    audit.record(actor, "organisation:roll_over", ("organisation", school.id), before={"school_year": plan.from_year},
                 after={"school_year": plan.to_year, **counts}, organisation_id=school.id)
    return turn


def list_roll_overs(actor: Actor, school_id: UUID) -> list[RollOver]:
    """The turns of a school that were done, or undone, the newest first; raises NotFound."""
    school = _load_school(school_id)
    authorize(actor, "organisation:manage", school)
    return list(db.session.scalars(select(RollOver).where(
        RollOver.organisation_id == school_id, RollOver.state != "draft").order_by(RollOver.id.desc())))


class _Turn:
    """The work of one turn; what it did is written into its row, so that it can be taken back."""

    def __init__(self, actor: Actor, school: Organisation, plan: Plan, row: RollOver) -> None:
        self.actor, self.school, self.plan, self.row = actor, school, plan, row
        self.result: dict[str, list[str]] = {"begun": [], "closed": [], "started": [], "ended": []}
        self.moved: set[UUID] = set()

    def do(self) -> None:
        """New classes, members into them, old classes closed."""
        new = {name: self._begin_class(name) for name in self.plan.next_names}
        leavers: set[UUID] = set()
        for each in self.plan.classes:
            leavers |= self._move_members(each, new)
        self._end_at_school(leavers)
        for each in self.plan.classes:
            close_row(self.actor, load_organisation(each.id), reason=self._reason())
            self.result["closed"].append(str(each.id))
        positions_changed(self.moved)
        self.row.state, self.row.done_at, self.row.done_by = "done", clock.now(), self.actor.person_id
        self.row.result = self.result
        db.session.flush()

    def _reason(self) -> str:
        return f"{self.plan.from_year} → {self.plan.to_year}"

    def _begin_class(self, name: str) -> Organisation:
        made = add_organisation(self.actor, code=class_code(self.school.code, self.plan.to_year, name), name=name,
                                kind="class", parent_id=self.school.id, year=self.plan.to_year, reason=self._reason())
        self.result["begun"].append(str(made.id))
        return made

    def _move_members(self, plan: ClassPlan, new: dict[str, Organisation]) -> set[UUID]:
        """End the memberships of a class and begin the next; returns the pupils who leave the school."""
        leavers, started = set(), []
        held = list(db.session.scalars(select(Membership).where(Membership.organisation_id == plan.id, is_active())))
        for row in held:
            target = plan.others.get(row.person_id, plan.next_name) if row.role == "student" else plan.next_name
            row.ends_on = today()
            if target and target != LEAVES:
                started.append(Membership(person_id=row.person_id, organisation_id=new[target].id, role=row.role,
                                          school_year=self.plan.to_year))
            elif row.role == "student":
                leavers.add(row.person_id)
        started = _once(started)
        db.session.add_all(started)
        db.session.flush()
        self.moved.update(row.person_id for row in held)
        self.result["ended"] += [str(row.id) for row in held]
        self.result["started"] += [str(row.id) for row in started]
        return leavers

    def _end_at_school(self, leavers: set[UUID]) -> None:
        """Who leaves is no pupil of the school either."""
        staying = select(Membership.person_id).where(Membership.id.in_(map(UUID, self.result["started"])))
        rows = list(db.session.scalars(select(Membership).where(
            Membership.organisation_id == self.school.id, Membership.role == "student", is_active(),
            Membership.person_id.in_(leavers), Membership.person_id.not_in(staying))))
        for row in rows:
            row.ends_on = today()
        self.result["ended"] += [str(row.id) for row in rows]


def class_code(school_code: str, year: str, name: str) -> str:
    """The code of a class: the school's, the first year, its name without spaces. Pure: no actor."""
    return f"{school_code}-{year[:4]}-{''.join(name.split())}"


def _once(rows: list[Membership]) -> list[Membership]:
    """A teacher of two classes that become one is its teacher once."""
    kept = {(row.person_id, row.organisation_id, row.role): row for row in rows}
    return list(kept.values())


def _load_school(school_id: UUID) -> Organisation:
    school = load_organisation(school_id)
    if school.kind not in ("school", "university", "faculty"):
        raise NotFound(_("Only a school has a school year to roll over."))
    return school


def _open_classes(school_id: UUID) -> list[Organisation]:
    return list(db.session.scalars(select(Organisation).where(
        Organisation.parent_id == school_id, Organisation.kind == "class", Organisation.closed_at.is_(None))))


def _find(school_id: UUID, from_year: str) -> RollOver | None:
    return db.session.scalar(select(RollOver).where(
        RollOver.organisation_id == school_id, RollOver.from_year == from_year, RollOver.state != "undone"))


def _last_done(school_id: UUID) -> RollOver | None:
    return db.session.scalar(select(RollOver).where(RollOver.organisation_id == school_id, RollOver.state == "done")
                             .order_by(RollOver.from_year.desc()).limit(1))


def _draft(plan: Plan, from_year: str) -> RollOver:
    """The draft of the turn that a form was made for; raises Conflict when the school has gone on since."""
    found = _find(plan.school.id, plan.from_year)
    if from_year != plan.from_year or (found is not None and found.state == "done"):
        raise Conflict(_("The school year %(year)s was already rolled over.", year=from_year))
    if found is None:
        found = RollOver(organisation_id=plan.school.id, from_year=plan.from_year, to_year=plan.to_year)
        found.plan = {}
        db.session.add(found)
    return found


def _count_members(class_ids: list[UUID]) -> dict[tuple[UUID, str], int]:
    statement = (select(Membership.organisation_id, Membership.role, func.count())
                 .where(Membership.organisation_id.in_(class_ids), is_active())
                 .group_by(Membership.organisation_id, Membership.role))
    return {(place, role): count for place, role, count in db.session.execute(statement)}


def _plan_class(row: Organisation, last: int, told: dict[str, Any], counts: dict[tuple[UUID, str], int]) -> ClassPlan:
    name = told.get("names", {}).get(str(row.id), next_name(row.name, last))
    others = {UUID(person): target for person, target in told.get("others", {}).get(str(row.id), {}).items()}
    return ClassPlan(row.id, row.name, name, counts.get((row.id, "student"), 0), counts.get((row.id, "teacher"), 0),
                     others)


def _new_names(classes: list[Organisation], grades: list[int]) -> list[str]:
    """The first grade begins again with as many classes as it has now."""
    first = next((each for each in FIRST_GRADES if each <= min(grades, default=0)), None)
    return sorted((row.name for row in classes if first and grade_of(row.name) == first), key=name_key)


def _check_names(plan: Plan, names: dict[str, str], new: list[str]) -> None:
    """Say of each class what is wrong with its name; several may become one, but a new one is a class of its own."""
    going = set(names.values()) - {""}
    problems = [Problem(name, _("This name is too long or has signs that cannot be shown."))
                for name in sorted(going | set(new)) if len(name) > LONGEST_NAME or not name.isprintable()]
    problems += [Problem(name, _("There would be two classes of this name."))
                 for name in sorted({each for each in new if each in going or new.count(each) > 1})]
    codes = {class_code(plan.school.code, plan.to_year, name): name for name in going | set(new)}
    taken = db.session.scalars(select(Organisation.code).where(Organisation.code.in_(codes)))
    problems += [Problem(codes[code], _("There is a class of this name in that school year already."))
                 for code in taken]
    targets = {target for each in plan.classes for target in each.others.values()} - {LEAVES}
    problems += [Problem(name, _("Some pupils are to go into this class, but there will be none of this name."))
                 for name in sorted(targets - going - set(new))]
    if len(going | set(new)) > MOST_CLASSES:
        problems.append(Problem(str(MOST_CLASSES), _("These are more classes than one school can have.")))
    if problems:
        raise Invalid(_("Please check the classes of next year."), problems)
