"""Assets: asking for a video to be made, finding it, asking again."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import select

from content_repo.files import services as files
from content_repo.media.models import MediaAsset
from content_repo.media.permissions import VideoSubject
from lms.core import audit
from lms.core.db import db
from lms.core.errors import Conflict, NotFound
from lms.core.i18n import _
from lms.core.jobs import enqueue, find_job
from lms.core.permissions import Actor, authorize

TRANSCODE = "content_repo.transcode"
_organisation_of: dict[str, Callable[[UUID], UUID | None]] = {}


def know_owner(kind: str, organisation_of: Callable[[UUID], UUID | None]) -> None:
    """Told once by a room above: which organisation an owner of this kind belongs to. For set-up: no actor."""
    _organisation_of[kind] = organisation_of


def video_subject(asset: MediaAsset) -> VideoSubject:
    """The video as the rules see it. Internal: no actor."""
    find = _organisation_of.get(asset.owner_kind)
    return VideoSubject(asset.id, asset.requested_by, find(asset.owner_id) if find else None)


def create_asset(actor: Actor, file_id: UUID, owner: tuple[str, UUID], *,
                 silent_ok: bool = False) -> MediaAsset:
    """Have the owner's file made into a video; the job is queued in the same transaction.

    Raises NotFound where the owner has no such file.
    """
    authorize(actor, "media:create")
    file = files.get_owned_file(file_id, owner)
    asset = MediaAsset(owner_kind=owner[0], owner_id=owner[1], file_id=file.id, requested_by=actor.person_id,
                       silent_ok=silent_ok)
    db.session.add(asset)
    db.session.flush()
    _queue(asset, actor)
    return asset


def _queue(asset: MediaAsset, actor: Actor) -> None:
    enqueue(TRANSCODE, owner=asset.requested_by or actor.person_id, subject=("asset", asset.id),
            asset_id=str(asset.id))


def find_asset(owner: tuple[str, UUID]) -> MediaAsset | None:
    """The newest asset of an owner; None if it has none. For the owner's room, which has authorised."""
    statement = select(MediaAsset).where(MediaAsset.owner_kind == owner[0], MediaAsset.owner_id == owner[1])
    return db.session.scalar(statement.order_by(MediaAsset.id.desc()).limit(1))


def get_asset(asset_id: UUID) -> MediaAsset:
    """The asset; NotFound. For rooms and jobs that have authorised."""
    asset = db.session.get(MediaAsset, asset_id)
    if asset is None:
        raise NotFound(_("This video does not exist any more."))
    return asset


def retry_asset(actor: Actor, asset_id: UUID, *, silent_ok: bool | None = None) -> MediaAsset:
    """Make the video again, after a failure or to replace what is there.

    `silent_ok` says that it needs no sound; None leaves that as it was.
    Raises Conflict while it is being made.
    """
    asset = get_asset(asset_id)
    authorize(actor, "media:retry", video_subject(asset))
    job = find_job(("asset", asset.id))
    if job is not None and job.state in ("queued", "running"):
        raise Conflict(_("The video is being prepared already."))
    if silent_ok is not None:
        asset.silent_ok = silent_ok
    asset.state, asset.reason = "waiting", None
    audit.record(actor, "media:retry", ("asset", asset.id), silent_ok=asset.silent_ok)
    _queue(asset, actor)
    return asset
