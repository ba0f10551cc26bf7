"""Files of works: adding them with a look inside, who may open them from when, and opening them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO, NoReturn
from uuid import UUID

from sqlalchemy import select

from content_repo.files import services as stored
from content_repo.media import services as media
from content_repo.works.access import LEVELS, FileAccess, decide_access
from content_repo.works.models import Work, WorkFile
from content_repo.works.pdf import Fault, inspect_pdf
from content_repo.works.schema import KINDS, Accepts
from content_repo.works.services.records import load_work
from content_repo.works.services.writing import save_work
from lms.core import clock
from lms.core.db import db, outside_transaction, transaction
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem, SignInRequired
from lms.core.i18n import ZONE, _, format_date, format_datetime
from lms.core.permissions import Actor, authorize, may
from lms.core.storage import storage
from lms.organisations import services as organisations

LONGEST_EMBARGO_YEARS = 100
EARLIEST_YEAR = 1900


def add_file(
    actor: Actor,
    work_id: UUID,
    *,
    stream: BinaryIO,
    name: str,
    content_type: str,
    access: str = "open",
    embargo_until: datetime | None = None,
    role: str = "main",
) -> WorkFile:
    """Store what `stream` brings and add it to the work; a main file takes the place of the one before.

    Raises Invalid when the file is not what this kind of work needs, TooLarge, Forbidden, NotFound.
    """
    work = load_work(work_id)
    authorize(actor, "work:edit", work)
    _check_rights(access, embargo_until)
    file = stored.store_file(actor, stream, name, content_type, owner=("work", work_id))
    return attach_file(actor, work_id, file.id, access=access, embargo_until=embargo_until, role=role)


def attach_file(
    actor: Actor,
    work_id: UUID,
    file_id: UUID,
    *,
    access: str = "open",
    embargo_until: datetime | None = None,
    role: str = "main",
) -> WorkFile:
    """Add a file that was uploaded for this work. A PDF is looked into first, outside any transaction.

    Raises Invalid when the file is not what this kind of work needs; the file is then deleted.
    """
    work = load_work(work_id)
    authorize(actor, "work:edit", work)
    _check_rights(access, embargo_until)
    file = stored.get_owned_file(file_id, owner=("work", work_id))
    findings = _look_into(file, KINDS[work.kind].accepts) if role == "main" else {}
    file = stored.get_owned_file(file_id, owner=("work", work_id))
    work = load_work(work_id)
    if role == "main":
        _remove_main(work)
    row = WorkFile(
        work_id=work.id,
        file_id=file.id,
        role=role,
        access=access,
        embargo_until=embargo_until,
        name=file.name,
        size=file.size,
        content_type=file.content_type,
        findings=findings,
    )
    db.session.add(row)
    save_work(work, actor, "work:add-file", file_id=str(file.id))
    if role == "main" and KINDS[work.kind].accepts == "video":
        media.create_asset(actor, file.id, owner=("work", work.id))
    return row


def change_rights(
    actor: Actor, work_id: UUID, work_file_id: UUID, *, access: str, embargo_until: datetime | None
) -> WorkFile:
    """Say who may open a file and from when. Raises Invalid for an unknown level or a strange date."""
    work = load_work(work_id)
    authorize(actor, "work:edit", work)
    _check_rights(access, embargo_until)
    row = _load_file(work, work_file_id)
    row.access, row.embargo_until = access, embargo_until
    save_work(
        work,
        actor,
        "work:change-rights",
        file_id=str(row.file_id),
        access=access,
        embargo_until=embargo_until.isoformat() if embargo_until else None,
    )
    return row


def remove_file(actor: Actor, work_id: UUID, work_file_id: UUID) -> None:
    """Take a file off a work that is not in review or published."""
    work = load_work(work_id)
    authorize(actor, "work:edit", work)
    row = _load_file(work, work_file_id)
    if work.state not in ("draft", "returned"):
        raise Conflict(_("The file of a work in review or published can be replaced, not removed."))
    db.session.delete(row)
    save_work(work, actor, "work:remove-file", file_id=str(row.file_id))


def file_access(actor: Actor, work: Work, work_file: WorkFile) -> FileAccess:
    """May this person open this file now? The page, the API, the player and the file route all ask here."""
    authorize(actor, "work:read", work)
    return decide_access(
        state=work.state,
        level=work_file.access,
        embargo_until=work_file.embargo_until,
        at=clock.now(),
        keeps_work=may(actor, "work:keep", work),
        signed_in=not actor.is_anonymous,
        in_organisation=work_file.access == "organisation" and _belongs(actor, work.organisation_id),
    )


def open_work_file(actor: Actor, work_id: UUID, work_file_id: UUID, *, download: bool = False) -> str:
    """A signed address of the file for a short time. Raises Forbidden saying why and until when."""
    work = load_work(work_id)
    authorize(actor, "work:read", work)
    row = _load_file(work, work_file_id)
    access = file_access(actor, work, row)
    if not access.allowed:
        raise refusal(access)
    inline = row.content_type == "application/pdf" and not download
    address = stored.file_url(row.file_id, download=not inline, name=row.name)
    stored.require_bytes(stored.get_stored_file(row.file_id).key)
    return address


def refusal(access: FileAccess) -> Forbidden | SignInRequired:
    """A refused access as the error that a person reads; it says nothing of the file but the date."""
    if access.reason == "sign_in":
        return SignInRequired(_("Please sign in to open this file."))
    return Forbidden(refusal_text(access))


def refusal_text(access: FileAccess) -> str:
    """Why a file is refused, in words; empty when it is allowed."""
    texts = {
        "": "",
        "sign_in": _("Please sign in to open this file."),
        "organisation": _("Only members of the organisation that keeps this work may open the file."),
        "closed": _("The file is kept, but not open to readers."),
        "unpublished": _("The work is not published."),
        "embargo": _(
            "The full text is under embargo until %(moment)s. It opens by itself then.",
            moment=_moment_text(access.until),
        ),
    }
    return texts[access.reason]


def _moment_text(moment: datetime | None) -> str:
    """A day where the moment is the beginning of one in Vietnam, else the day with its time."""
    if moment is None:
        return ""
    local = moment.astimezone(ZONE)
    return format_date(moment) if (local.hour, local.minute) == (0, 0) else format_datetime(moment)


def find_player(actor: Actor, work: Work, work_file: WorkFile) -> media.Player | None:
    """The player of a lecture's video with its progress, for a person who may open the file; else None."""
    if not file_access(actor, work, work_file).allowed:
        return None
    asset = media.find_asset(("work", work.id))
    if asset is None or asset.file_id != work_file.file_id:
        return None
    return media.player(asset)


def _belongs(actor: Actor, organisation_id: UUID | None) -> bool:
    """Is the actor in this organisation or in one below it (a class of the school)?"""
    if organisation_id is None:
        return False
    own = actor.organisation_ids
    return organisation_id in own or organisation_id in organisations.with_ancestors(own)


def _load_file(work: Work, work_file_id: UUID) -> WorkFile:
    row = db.session.get(WorkFile, work_file_id)
    if row is None or row.work_id != work.id:
        raise NotFound(_("This work has no such file."))
    return row


def _remove_main(work: Work) -> None:
    rows = select(WorkFile).where(WorkFile.work_id == work.id, WorkFile.role == "main")
    for row in db.session.scalars(rows):
        db.session.delete(row)
    db.session.flush()


def _check_rights(access: str, embargo_until: datetime | None) -> None:
    if access not in LEVELS:
        raise Invalid(_("Choose one of the list."), [Problem("access", _("Choose one of the list."))])
    if embargo_until is None:
        return
    years = range(EARLIEST_YEAR, clock.now().year + LONGEST_EMBARGO_YEARS + 1)
    if embargo_until.tzinfo is None or embargo_until.year not in years:
        message = _("An embargo ends on a day within the next hundred years.")
        raise Invalid(message, [Problem("embargo_until", message)])


def _look_into(file: Any, accepts: Accepts) -> dict[str, Any]:
    """Is the file what the kind needs? Returns what a PDF holds. If not: raises Invalid, deletes the file.

    A video is not judged here: the media room looks into it and says what is wrong.
    """
    if accepts == "video":
        return {}
    if file.size == 0:
        _refuse(file.id, fault_text("empty"))
    if accepts == "pdf":
        return _look_into_pdf(file.id, file.key)
    if accepts != "any" and not file.content_type.startswith(f"{accepts}/"):
        _refuse(
            file.id, _("This is not an image.") if accepts == "image" else _("This is not a sound recording.")
        )
    return {}


def _look_into_pdf(file_id: UUID, key: str) -> dict[str, Any]:
    outside_transaction()
    with storage().local_path(key) as path:
        report = inspect_pdf(path)
    if report.fault:
        _refuse(file_id, fault_text(report.fault))
    return asdict(report)


def _refuse(file_id: UUID, message: str) -> NoReturn:
    """Delete what nobody can use, for good, and say why."""
    with transaction():
        stored.delete_file(file_id)
    raise Invalid(message, [Problem("file", message)])


def fault_text(fault: Fault) -> str:
    """What is wrong with a PDF, in words that say what to do."""
    texts: dict[Fault, str] = {
        "": "",
        "empty": _("The file is empty. Choose it again and send it once more."),
        "not_pdf": _("This is not a PDF. Save the document as PDF and send that file."),
        "encrypted": _("The PDF is locked with a password. Save it without a password and send it again."),
        "damaged": _("The PDF is damaged and cannot be opened. Save it again and send the new file."),
        "too_hard": _("The PDF could not be read in reasonable time. Save it again as a plain PDF."),
    }
    return texts[fault]
