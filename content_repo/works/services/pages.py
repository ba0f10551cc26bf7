"""What the record page shows, gathered once: the same for the public page and the reviewer's preview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from content_repo.works.access import FileAccess
from content_repo.works.cite import citation
from content_repo.works.licences import Licence, find_licence
from content_repo.works.models import WorkFile
from content_repo.works.schema import LANGUAGES, Field
from content_repo.works.services.files import file_access, find_player, refusal_text
from content_repo.works.services.life import possible_steps
from content_repo.works.services.records import WorkRecord
from lms.core import clock
from lms.core.config import settings
from lms.core.permissions import Actor, may
from lms.curriculum import services as curriculum
from lms.organisations import services as organisations


@dataclass(frozen=True)
class ShownFile:
    """A file with the answer to "may I open it" and the words for a refusal."""

    file: WorkFile
    access: FileAccess
    refusal: str


@dataclass(frozen=True)
class RecordPage:
    """A record ready to be shown to one person at one moment."""

    record: WorkRecord
    files: list[ShownFile]
    licence: Licence | None
    subject: str
    organisation: str
    outcomes: list[Any]
    citation: str
    address: str
    steps: list[str]
    keeps: bool
    language: Any
    at: datetime
    player: Any = None

    def choice(self, name: str) -> Any:
        """The label of a chosen code, such as the degree; empty where the work says nothing."""
        field = self.record.kind.field(name)
        return choice_label(field, self.record.value(field)) if field else ""


def choice_label(field: Field, code: Any) -> Any:
    """The label of a choice's code."""
    return dict(field.choices).get(code, "")


def record_page(actor: Actor, record: WorkRecord) -> RecordPage:
    """Gather what the page of `record` shows to `actor` now."""
    work = record.work
    files = [_shown_file(actor, record, file) for file in record.files]
    address = f"{settings().base_url}/works/{work.id}"
    return RecordPage(
        record,
        files,
        find_licence(work.licence),
        _subject_name(work.subject_id),
        _organisation_name(work.organisation_id),
        _outcomes(record),
        _citation(record, address),
        address,
        possible_steps(actor, record),
        may(actor, "work:keep", work),
        dict(LANGUAGES).get(work.language, work.language),
        clock.now(),
        _player(actor, record),
    )


def _shown_file(actor: Actor, record: WorkRecord, file: WorkFile) -> ShownFile:
    access = file_access(actor, record.work, file)
    return ShownFile(file, access, refusal_text(access))


def _player(actor: Actor, record: WorkRecord) -> Any:
    """What the player needs, with a ticket; None where there is no video or the person may not open it."""
    if record.kind.accepts != "video" or record.main_file is None:
        return None
    return find_player(actor, record.work, record.main_file)


def _subject_name(subject_id: Any) -> str:
    return curriculum.subject_names({subject_id}).get(subject_id, "") if subject_id else ""


def _organisation_name(organisation_id: Any) -> str:
    return (
        organisations.organisation_names([organisation_id]).get(organisation_id, "")
        if organisation_id
        else ""
    )


def _outcomes(record: WorkRecord) -> list[Any]:
    if not record.outcome_ids or record.work.subject_id is None:
        return []
    wanted = set(record.outcome_ids)
    return [outcome for outcome in curriculum.list_outcomes(record.work.subject_id) if outcome.id in wanted]


def _citation(record: WorkRecord, address: str) -> str:
    work = record.work
    degree = record.kind.field("degree")
    type_label = choice_label(degree, record.value(degree)) if degree else record.kind.label
    details = {**work.description, "type_label": str(type_label or record.kind.label)}
    published = work.published_at.date() if work.published_at else None
    return citation(work.title, record.names(), details, url=address, published=published)
