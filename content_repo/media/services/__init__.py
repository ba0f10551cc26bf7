"""What other rooms may ask of media. The owner decides who may watch, and hands out tickets."""

from content_repo.media.services.assets import (
    create_asset,
    find_asset,
    get_asset,
    know_owner,
    retry_asset,
    video_subject,
)
from content_repo.media.services.playing import (
    Player,
    Progress,
    master_playlist,
    media_ticket,
    player,
    read_ticket,
    rendition_playlist,
    tell_progress,
)
from content_repo.media.services.transcoding import transcode_asset

__all__ = [
    "Player", "Progress", "create_asset", "find_asset", "get_asset", "know_owner", "master_playlist",
    "media_ticket", "player", "read_ticket", "rendition_playlist", "retry_asset", "tell_progress", "transcode_asset",
    "video_subject",
]
