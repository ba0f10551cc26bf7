"""Playing: tickets, playlists with signed addresses, and what the player's page shows.

A ticket is the owner's word that its bearer may watch one asset until it expires; so playlists need no
session, and a video goes on playing on a phone that has lost its cookie.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from content_repo.media.models import MediaAsset, Rendition
from content_repo.media.permissions import VideoSubject
from content_repo.media.playlist import Variant, write_master, write_media
from content_repo.media.reasons import REASONS
from content_repo.media.services.assets import get_asset, video_subject
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.i18n import _
from lms.core.jobs import Job, find_job
from lms.core.signing import sign, unsign
from lms.core.storage import storage

TICKET_LASTS = timedelta(hours=6)
PURPOSE = "media"


@dataclass(frozen=True)
class Progress:
    """How far a video is: waiting, processing, ready or failed; `progress` 0 to 1; texts translated."""

    state: str
    progress: float
    note: str
    reason: str
    reason_code: str


@dataclass(frozen=True)
class Player:
    """What content_repo/media/player.html shows. `ticket` opens the playlists; `poster_url` may be empty.

    `subject` lets the template ask whether the reader may run a failed video again.
    """

    asset_id: UUID
    ticket: str
    progress: Progress
    poster_url: str
    duration_ms: int | None
    width: int | None
    height: int | None
    silent_ok: bool
    subject: VideoSubject


def player(asset: MediaAsset, *, expires: timedelta = TICKET_LASTS) -> Player:
    """The player of an asset, for a person whom the owner's room lets watch it."""
    poster = ""
    if asset.poster_key:
        poster = storage().url(asset.poster_key, expires=expires, content_type="image/jpeg")
    return Player(asset.id, media_ticket(asset.id, expires), tell_progress(asset), poster,
                  asset.duration_ms, asset.width, asset.height, asset.silent_ok, video_subject(asset))


def media_ticket(asset_id: UUID, expires: timedelta = TICKET_LASTS) -> str:
    """A ticket to watch the asset. The caller has decided that its bearer may."""
    return sign(PURPOSE, {"a": str(asset_id)}, expires)


def read_ticket(ticket: str) -> UUID:
    """The asset that a ticket opens; raises InvalidToken or ExpiredToken."""
    return UUID(unsign(PURPOSE, ticket)["a"])


def tell_progress(asset: MediaAsset) -> Progress:
    """How far the video is, by the asset and its job: a job that broke for a reason of ours is told too."""
    job = None if asset.state == "ready" else find_job(("asset", asset.id))
    broke = job is not None and job.state == "failed" and asset.state != "ready"
    if asset.state == "failed" or broke:
        return Progress("failed", 0.0, "", _reason(asset, job), asset.reason or "")
    if asset.state == "ready":
        return Progress("ready", 1.0, "", "", "")
    note = job.note if job and job.note else _("Waiting for its turn")
    return Progress(asset.state, job.progress if job else 0.0, note, "", "")


def _reason(asset: MediaAsset, job: Job | None) -> str:
    if asset.reason in REASONS:
        return str(REASONS[asset.reason])
    unknown = _("Something went wrong while the video was prepared. Run it again.")
    return (job.reason if job else "") or unknown


def master_playlist(asset_id: UUID) -> str:
    """The master playlist; it names the renditions' relative to itself. NotFound until there are any."""
    rows = _renditions(asset_id)
    variants = [_variant(row) for row in rows if row.kind == "video"]
    sound = next((_variant(row) for row in rows if row.kind == "audio"), None)
    return write_master(variants, sound, _("Sound"))


def _renditions(asset_id: UUID) -> list[Rendition]:
    asset = get_asset(asset_id)
    rows = list(db.session.scalars(select(Rendition).where(Rendition.asset_id == asset.id)))
    if not rows:
        raise NotFound(_("The video is not ready yet."))
    return rows


def _variant(row: Rendition) -> Variant:
    return Variant(f"{row.name}.m3u8", row.width, row.height, row.bitrate, row.average_bitrate, row.codecs,
                   row.fps)


def rendition_playlist(asset_id: UUID, name: str, *, expires: timedelta = TICKET_LASTS) -> str:
    """One rendition's playlist, every piece by a signed address that lasts `expires`."""
    named = select(Rendition).where(Rendition.asset_id == asset_id, Rendition.name == name)
    row = db.session.scalar(named)
    if row is None:
        raise NotFound(_("The video is not ready yet."))
    store = storage()

    def address(key: str) -> str:
        return store.url(key, expires=expires, content_type="video/mp4")

    return write_media(row.playlist, address)
