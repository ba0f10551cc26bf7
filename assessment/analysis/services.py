"""Analyses: asked for by a teacher, computed by a worker, stored, read."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import select

from assessment.analysis import permissions as permissions
from assessment.analysis.compute import analyse, digest
from assessment.analysis.models import AnalysisRun
from assessment.bank import services as bank
from assessment.delivery import services as delivery
from assessment.marking import services as marking
from lms.core import audit
from lms.core.db import db, transaction
from lms.core.errors import NotFound
from lms.core.i18n import _, _l
from lms.core.jobs import Job, JobFailed, RunningJob, enqueue, find_job
from lms.core.permissions import Actor, authorize

CANDIDATES = "candidates"
"""The population that the bank is told: all who finished the exam."""
SOFTWARE = f"classical 1, numpy {np.__version__}"


@dataclass(frozen=True)
class Report:
    """What there is to show: the newest run or None, the job that computes or failed, and what came since."""

    exam: Any
    run: AnalysisRun | None
    job: Job | None
    finished: int

    @property
    def is_working(self) -> bool:
        """Whether a worker has yet to finish what was asked for."""
        return self.job is not None and self.job.state in ("queued", "running")

    @property
    def newer(self) -> int:
        """Attempts that ended after the run."""
        return max(0, self.finished - self.run.attempts) if self.run else self.finished

    @property
    def items(self) -> list[dict[str, Any]]:
        """The items of the run, in the order of the paper."""
        return list(self.run.results["items"]) if self.run else []


def run_analysis(actor: Actor, exam_id: UUID) -> Job:
    """Have a worker mark and analyse the exam; the job, which may be one that runs already."""
    exam = _load_exam(exam_id)
    authorize(actor, "analysis:run", exam)
    job = find_job(("analysis", exam_id))
    if job is not None and job.state in ("queued", "running"):
        return job
    audit.record(actor, "analysis:run", ("exam", exam_id))
    return enqueue("assessment.analyse_exam", owner=actor.person_id, subject=("analysis", exam_id),
                   exam_id=str(exam_id))


def analyse_exam(job: RunningJob, exam_id: UUID) -> None:
    """The job: marks from the raw events, then the figures. Authorised when it was queued: no actor."""
    marking.mark_exam_in_steps(job, exam_id)
    job.progress(0.6, _l("Computing"))
    results = marking.results_of(exam_id)
    if not results.attempt_ids:
        raise JobFailed(_l("Nobody has finished this exam yet, so there is nothing to analyse."))
    with transaction():
        store_analysis(exam_id, results)


def store_analysis(exam_id: UUID, results: marking.ExamResults) -> None:
    """Compute and keep one run, and tell the bank. Internal, for the job and demo data: no actor; does not commit."""
    computed = analyse(results)
    db.session.add(AnalysisRun(exam_id=exam_id, attempts=len(results.attempt_ids), results=computed,
                               input_digest=digest(results), software=SOFTWARE))
    bank.record_statistics(exam_id, CANDIDATES, [
        bank.Use(UUID(item["version_id"]), item["persons"], item["difficulty"], item["item_rest"])
        for item in computed["items"]])


def get_report(actor: Actor, exam_id: UUID) -> Report:
    """The newest analysis of an exam, and how things stand with the next."""
    exam = _load_exam(exam_id)
    authorize(actor, "analysis:read", exam)
    runs = select(AnalysisRun).where(AnalysisRun.exam_id == exam_id)
    newest = db.session.scalar(runs.order_by(AnalysisRun.id.desc()).limit(1))
    finished, _marked = marking.count_marked(exam_id)
    return Report(exam, newest, find_job(("analysis", exam_id)), finished)


def get_item_figures(actor: Actor, exam_id: UUID, version_id: UUID) -> tuple[Report, dict[str, Any]]:
    """The newest analysis and the figures of one of its items; raises NotFound."""
    report = get_report(actor, exam_id)
    found = next((item for item in report.items if item["version_id"] == str(version_id)), None)
    if found is None:
        raise NotFound(_("This question is not in the analysis."))
    return report, found


def _load_exam(exam_id: UUID) -> Any:
    exam = delivery.find_exam(exam_id)
    if exam is None:
        raise NotFound(_("There is no such exam."))
    return exam
