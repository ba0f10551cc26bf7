"""What a librarian looks at before publishing, looked at for him."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from content_repo.media import services as media
from content_repo.works import services as works
from content_repo.works.services import WorkFile, WorkRecord
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize

State = Literal["good", "warning", "bad"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: how it is, and in words. "bad" stands in the way of publishing."""

    state: State
    title: str
    text: str = ""


def list_checks(actor: Actor, work_id: UUID) -> list[Check]:
    """Every check of one deposit: required fields, licence, the file, its text or its video, its embargo."""
    record = works.get_work(actor, work_id)
    authorize(actor, "work:review", record.work)
    progress = _progress(record) if record.kind.accepts == "video" else None
    checks = [_fields(record), _licence(record)]
    if record.main_file is None:
        return [*checks, Check("bad" if record.kind.file_required else "warning", _("There is no file."))]
    if record.kind.accepts == "video":
        return [*checks, _video(progress), *_rights(record.main_file)]
    return [*checks, *_document(record.main_file), *_rights(record.main_file)]


def _progress(record: WorkRecord) -> media.Progress | None:
    asset = media.find_asset(("work", record.work.id))
    return media.tell_progress(asset) if asset else None


def _fields(record: WorkRecord) -> Check:
    missing = [problem.message for problem in works.completeness_problems(record) if problem.where != "file"]
    if missing:
        return Check("bad", _("The description is not complete."), " ".join(missing))
    return Check("good", _("All required fields are filled in."))


def _licence(record: WorkRecord) -> Check:
    if record.work.licence:
        return Check("good", _("A licence is given."))
    return Check("bad", _("No licence is given."))


def _document(file: WorkFile) -> list[Check]:
    """A PDF was opened when it was added; other files were only stored."""
    if not file.findings:
        return [Check("good", _("The file is stored."), file.content_type)]
    pages = _("%(pages)s pages", pages=file.findings.get("pages", 0))
    text = (
        Check("good", _("The pages carry text."))
        if file.findings.get("has_text")
        else Check(
            "warning", _("The pages carry no text."), _("Readers cannot search in it or have it read aloud.")
        )
    )
    return [Check("good", _("The PDF opens."), pages), text]


def _video(progress: media.Progress | None) -> Check:
    if progress is None:
        return Check("bad", _("The video was never prepared."))
    if progress.state == "failed":
        return Check("bad", _("The video could not be prepared."), progress.reason)
    if progress.state == "ready":
        return Check("good", _("The video plays."))
    return Check("warning", _("The video is still being prepared."), progress.note)


def _rights(file: WorkFile) -> list[Check]:
    if file.embargo_until is not None:
        return [
            Check(
                "warning",
                _("The file is under embargo."),
                _("Readers see the record at once; the file opens by itself later."),
            )
        ]
    if file.access != "open":
        return [Check("warning", _("Not everybody may open the file."))]
    return []
