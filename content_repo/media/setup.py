"""What media tells the page of reasons: what a video is."""

from typing import Any
from uuid import UUID

from flask import Flask

from content_repo.media.models import MediaAsset
from content_repo.media.services import video_subject
from lms.core.db import db
from lms.core.i18n import _, _l
from lms.core.permissions import Kind, know_kind
from lms.core.switches import know_feature


def init_app(_app: Flask) -> None:
    """Videos are things of `media:retry`."""
    know_kind(Kind("video", _l("Video"), "asset_id", ("media:retry",), "media:retry", _load, lambda _video: _("Video")))
    know_feature("transcoding", _l("Preparing videos"),
                 _l("New videos wait in the queue; those that are ready play on."), jobs=("content_repo.transcode",))


def _load(asset_id: UUID) -> Any:
    asset = db.session.get(MediaAsset, asset_id)
    return video_subject(asset) if asset else None
