"""Stored analyses: what was computed, from which marks, by which version of the platform."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Entity


class AnalysisRun(Entity):
    """One analysis of one exam. It can be computed again at any time; the newest one is shown."""

    __tablename__ = "analysis_run"
    __table_args__ = (Index("ix_analysis_run_newest", "exam_id", "created_at"),)
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"))
    attempts: Mapped[int]
    results: Mapped[dict[str, Any]]
    input_digest: Mapped[str]
    software: Mapped[str]
