"""Saying how long each part of a test lasts, and whether there is a way back into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from assessment.assembly import services as assembly
from assessment.delivery.models import Exam
from assessment.delivery.services.exams import get_exam, load_draft
from assessment.delivery.services.parts import papers_of, too_long
from lms.core import audit
from lms.core.errors import Conflict, Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize


@dataclass(frozen=True)
class PartRule:
    """What is said of a part: its minutes, None where it lasts as long as the test, and whether it goes one way."""

    minutes: int | None = None
    one_way: bool = False


@dataclass(frozen=True)
class PlannedPart:
    """A part of the paper that is drawn, with its rule."""

    section: assembly.PaperSection
    rule: PartRule


def list_parts(actor: Actor, exam_id: UUID) -> list[PlannedPart]:
    """The parts of the paper in order; none before it is drawn. Raises NotFound."""
    exam = get_exam(actor, exam_id)
    papers = papers_of(exam.id)
    rules = [PartRule(rule["minutes"], rule["one_way"]) for rule in exam.sections]
    sections = papers[0].sections if papers else ()
    return [PlannedPart(section, rules[place] if place < len(rules) else PartRule())
            for place, section in enumerate(sections)]


def set_part_rules(actor: Actor, exam_id: UUID, rules: Sequence[PartRule]) -> Exam:
    """Give each part of the paper of a draft its rule, in order; without any minutes and one-way parts, none has rules.

    Raises Invalid, and Conflict where the exam is published or not drawn yet.
    """
    exam = load_draft(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    papers = papers_of(exam.id)
    if not papers:
        raise Conflict(_("Draw the test first."))
    _check(exam, papers, rules)
    has_rules = any(rule.minutes or rule.one_way for rule in rules)
    exam.sections = [{"part": number, "minutes": rule.minutes, "one_way": rule.one_way,
                      "of": exam.time_limit_minutes}
                     for number, rule in enumerate(rules, start=1)] if has_rules else []
    audit.record(actor, "exam:edit", ("exam", exam.id), parts=exam.sections)
    return exam


def _check(exam: Exam, papers: Sequence[assembly.Paper], rules: Sequence[PartRule]) -> None:
    limit, planned = exam.time_limit_minutes, sum(rule.minutes or 0 for rule in rules)
    problems = [Problem(f"parts-{place}-minutes", _("From 1 to %(most)s minutes.", most=limit))
                for place, rule in enumerate(rules) if rule.minutes is not None and not 1 <= rule.minutes <= limit]
    if planned > limit and not problems:
        problems.append(Problem("", too_long(planned, limit)))
    if any(len(paper.sections) != len(rules) for paper in papers):
        problems.append(Problem("", _("Every form of the test must have the same parts.")))
    if problems:
        raise Invalid(_("Please check the parts."), problems)
