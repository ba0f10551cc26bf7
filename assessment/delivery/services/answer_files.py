"""Files that a candidate answers with: sent in pieces by the attempt's token, kept for the attempt.

The answer itself is an event like any other and names the files. A file that no answer names any more stays: nothing
that a candidate sent is deleted.
"""

from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any
from uuid import UUID

from sqlalchemy import select

from assessment.assembly import services as assembly
from assessment.delivery.models import Attempt
from assessment.delivery.services.holding import claims_of, open_claims
from assessment.delivery.tokens import Claims
from content_repo.files import services as files
from lms.core.db import db
from lms.core.errors import Invalid, NotFound, TooLarge, TooMany
from lms.core.i18n import _
from lms.core.permissions import Actor

OWNER = "attempt"
MOST_FILES = 60
"""Files of one attempt, with those that were replaced."""
RECORDING_KINDS = ("webm", "m4a", "mp4", "ogg")
RECORDING_MB = 20


@dataclass(frozen=True)
class AnswerFile:
    """A file of an attempt: how much of it is here, and where it opens once it is whole."""

    id: UUID
    name: str
    size: int
    offset: int
    url: str


def begin_file(token: str, attempt_id: UUID, *, item: str, name: str, size: int) -> AnswerFile:
    """Begin to send a file for an item of the paper. The token is the authority: no actor.

    Raises Conflict when the attempt is over, Invalid for a kind that is not asked for, TooLarge, TooMany.
    """
    claims = open_claims(token, attempt_id)
    _check_file(claims, item, name, size)
    if files.count_owned_uploads((OWNER, attempt_id)) >= MOST_FILES:
        raise TooMany(_("This test holds as many files as it may."))
    upload = files.accept_upload(_person(attempt_id), name=name, size=size, owner=(OWNER, attempt_id))
    return AnswerFile(upload.id, upload.name, upload.size, 0, "")


def append_file(token: str, attempt_id: UUID, file_id: UUID, *, offset: int, stream: IO[bytes],
                length: int) -> int:
    """Add a piece; the new offset. The token is the authority: no actor. Raises Conflict, TooLarge, Invalid."""
    open_claims(token, attempt_id)
    if files.find_owned_upload(file_id, (OWNER, attempt_id)) is None:
        raise NotFound(_("There is no such file."))
    sender = Actor(person_id=_person(attempt_id))
    return files.append_to_upload(sender, file_id, offset=offset, stream=stream, length=length)


def describe_file(token: str, attempt_id: UUID, file_id: UUID) -> AnswerFile:
    """How far a file is, and its address once it is whole. The token is the authority: no actor."""
    claims_of(token, attempt_id)
    upload = files.find_owned_upload(file_id, (OWNER, attempt_id))
    if upload is not None and upload.state != "finished":
        return AnswerFile(upload.id, upload.name, upload.size, upload.offset, "")
    return find_answer_file(attempt_id, file_id)


def find_answer_file(attempt_id: UUID, file_id: UUID) -> AnswerFile:
    """A whole file of an attempt with an address for the next minutes; raises NotFound for any other file.

    Internal, for pages that show answers: they have authorised.
    """
    row = files.get_owned_file(file_id, (OWNER, attempt_id))
    return AnswerFile(row.id, row.name, row.size, row.size, files.file_url(row.id))


def _check_file(claims: Claims, item: str, name: str, size: int) -> None:
    paper = assembly.get_paper(claims.form_id)
    found = next((each for each in paper.items if str(each.form_item_id) == item), None)
    if found is None or found.type not in ("file_upload", "oral"):
        raise Invalid(_("This question is not answered by a file."))
    kinds, megabytes = _limits(found.type, found.content)
    ending = PurePath(name).suffix.lower().removeprefix(".")
    if ending not in kinds:
        raise Invalid(_("This question takes files of these kinds: %(kinds)s.", kinds=", ".join(kinds)))
    if size > megabytes * 1024**2:
        raise TooLarge(_("The file is larger than %(n)s MB.", n=megabytes))


def _limits(type: str, content: dict[str, Any]) -> tuple[list[str], int]:
    if type == "oral":
        return list(RECORDING_KINDS), RECORDING_MB
    kinds = [str(kind) for kind in content.get("accept") or ()]
    return kinds + (["jpeg"] if "jpg" in kinds else []), int(content.get("largest_mb") or 20)


def _person(attempt_id: UUID) -> UUID:
    return db.session.scalars(select(Attempt.person_id).where(Attempt.id == attempt_id)).one()
