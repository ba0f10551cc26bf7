"""The job that makes a video: probe, encode, store, publish. Run twice, it replaces what was there."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete

from content_repo.files import services as files
from content_repo.media.encode import SOUND, Made, encode_ladder, make_poster
from content_repo.media.ladder import Rung, frame_rate, ladder
from content_repo.media.models import MediaAsset, Rendition
from content_repo.media.playlist import MediaPlaylist
from content_repo.media.probe import Picture, inspect, require_lecture
from content_repo.media.program import Program, find_program
from content_repo.media.reasons import REASONS, MediaProblem
from content_repo.media.services.assets import find_asset, get_asset
from lms.core.config import settings
from lms.core.db import db, transaction
from lms.core.errors import NotFound
from lms.core.i18n import _l
from lms.core.jobs import JobFailed, RunningJob, enqueue
from lms.core.outbox import mark_changed
from lms.core.storage import storage

PROBED, ENCODED = 0.03, 0.85
"""Shares of the job that are done after probing and after encoding; storing is the rest."""
SEGMENT_TYPE = "video/iso.segment"
INIT_TYPE = "video/mp4"


@dataclass(frozen=True)
class Order:
    """What a run needs to know, read in one transaction at its start."""

    asset_id: UUID
    key: str
    content_type: str
    size: int
    silent_ok: bool

    def prefix(self, run: str) -> str:
        """Where a run keeps its objects."""
        return f"media/{self.asset_id}/{run}"


@dataclass(frozen=True)
class Result:
    """What a run made: the rungs with their playlists, and whether there is a poster."""

    picture: Picture
    rungs: list[Rung]
    made: Made
    poster: Path | None


def transcode_asset(job: RunningJob, asset_id: UUID) -> None:
    """Make the asset's renditions; raises JobFailed with a reason that its teacher understands."""
    order = _begin(asset_id)
    if order is None:
        return
    try:
        _make(job, order)
    except MediaProblem as problem:
        _fail(asset_id, problem)
        raise JobFailed(REASONS[problem.code]) from problem


def _begin(asset_id: UUID) -> Order | None:
    """None if a newer video has taken this one's place, or it is gone: then nobody waits for it."""
    with transaction():
        asset = db.session.get(MediaAsset, asset_id)
        if asset is None:
            return None
        newest = find_asset((asset.owner_kind, asset.owner_id))
        if newest is not None and newest.id != asset.id:
            return None
        asset.state = "processing"
        file = files.get_stored_file(asset.file_id)
        return Order(asset.id, file.key, file.content_type, file.size, asset.silent_ok)


def _make(job: RunningJob, order: Order) -> None:
    given = settings()
    program = find_program(given.ffmpeg_path, threads=given.ffmpeg_threads, timeout=given.ffmpeg_timeout)
    job.progress(0.01, _l("Looking at the video"))
    with tempfile.TemporaryDirectory(prefix="lms-media-") as folder:
        result = _encode(job, program, order, Path(folder))
        run = uuid4().hex[:12]
        renditions = _store(job, order, run, result, Path(folder))
    _publish(order, run, result, renditions)


def _encode(job: RunningJob, program: Program, order: Order, folder: Path) -> Result:
    if order.size == 0:
        raise MediaProblem("empty")

    def tell(share: float) -> None:
        job.progress(PROBED + share * (ENCODED - PROBED), _l("Converting the video"))

    try:
        with storage().local_path(order.key) as path:
            source = inspect(program, path, order.content_type)
            picture = require_lecture(source, silent_ok=order.silent_ok)
            rungs = ladder(picture.width, picture.height)
            job.progress(PROBED, _l("Converting the video"))
            made = encode_ladder(program, path, source, picture, rungs, folder, tell)
            poster = folder / "poster.jpg"
            has_poster = make_poster(program, path, source, picture, made.duration_ms, poster)
    except NotFound as missing:
        raise MediaProblem("file_missing") from missing
    return Result(picture, rungs, made, poster if has_poster else None)


def _store(job: RunningJob, order: Order, run: str, result: Result, folder: Path) -> list[Rendition]:
    """Put every piece into the store; the rows that describe them, not yet in the database."""
    prefix = order.prefix(run)
    playlists = dict(result.made.rungs)
    if result.made.sound:
        playlists[SOUND] = result.made.sound
    total = sum(len(playlist.segments) + 1 for playlist in playlists.values())
    stored = 0
    for name, playlist in playlists.items():
        for piece in [playlist.init, *(segment.name for segment in playlist.segments)]:
            kind = INIT_TYPE if piece == playlist.init else SEGMENT_TYPE
            _put(folder / name / piece, f"{prefix}/{name}/{piece}", kind)
            stored += 1
            job.progress(ENCODED + stored / total * (0.99 - ENCODED), _l("Storing the video"))
        shutil.rmtree(folder / name)
    if result.poster:
        _put(result.poster, f"{prefix}/poster.jpg", "image/jpeg")
    fps = float(frame_rate(result.picture.fps))
    rows = [_rendition(order, prefix, result.made.rungs[rung.name], kind="video", name=rung.name,
                       width=rung.width, height=rung.height, fps=fps) for rung in result.rungs]
    if result.made.sound:
        rows.append(_rendition(order, prefix, result.made.sound, kind="audio", name=SOUND))
    return rows


def _put(path: Path, key: str, content_type: str) -> None:
    with path.open("rb") as stream:
        storage().put(key, stream, content_type)


def _rendition(order: Order, prefix: str, made: MediaPlaylist, *, name: str, **values: Any) -> Rendition:
    data = {"init": f"{prefix}/{name}/{made.init}",
            "segments": [{"key": f"{prefix}/{name}/{segment.name}", "seconds": segment.seconds}
                         for segment in made.segments]}
    return Rendition(asset_id=order.asset_id, name=name, bitrate=made.peak_rate,
                     average_bitrate=made.average_rate, codecs=made.codecs, playlist=data, **values)


def _publish(order: Order, run: str, result: Result, renditions: list[Rendition]) -> None:
    """One short transaction puts the new renditions in place of the old; a job removes their objects."""
    with transaction():
        asset = get_asset(order.asset_id)
        if asset.run:
            enqueue("content_repo.delete_objects", priority=80, prefix=order.prefix(asset.run) + "/")
        db.session.execute(delete(Rendition).where(Rendition.asset_id == asset.id))
        db.session.add_all(renditions)
        asset.run, asset.state, asset.reason = run, "ready", None
        asset.duration_ms = result.made.duration_ms
        asset.width, asset.height = result.picture.width, result.picture.height
        asset.poster_key = f"{order.prefix(run)}/poster.jpg" if result.poster else None
        mark_changed(asset.owner_kind, asset.owner_id)


def _fail(asset_id: UUID, problem: MediaProblem) -> None:
    with transaction():
        asset = get_asset(asset_id)
        asset.state, asset.reason = "failed", problem.code
