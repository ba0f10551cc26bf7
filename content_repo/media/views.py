"""Playlists by ticket, the progress of a video, and running it again."""

from uuid import UUID

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from content_repo.media import services
from lms.core.i18n import _
from lms.core.web import current_actor, flash_success, safe_next

PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
blueprint = Blueprint("media", __name__, url_prefix="/media", template_folder="templates",
                      static_folder="static", static_url_path="/static")


@blueprint.get("/<ticket>/master.m3u8")
def show_master(ticket: str) -> Response:
    """The master playlist."""
    return _playlist(services.master_playlist(services.read_ticket(ticket)))


@blueprint.get("/<ticket>/<name>.m3u8")
def show_rendition(ticket: str, name: str) -> Response:
    """One rendition's playlist."""
    return _playlist(services.rendition_playlist(services.read_ticket(ticket), name))


@blueprint.get("/<ticket>/progress")
def show_progress(ticket: str) -> Response:
    """How far the video is, for the page that waits."""
    progress = services.tell_progress(services.get_asset(services.read_ticket(ticket)))
    return jsonify(state=progress.state, progress=progress.progress, note=progress.note,
                   reason=progress.reason)


@blueprint.post("/assets/<uuid:asset_id>/retry")
def retry_asset(asset_id: UUID) -> ResponseReturnValue:
    """Run a failed video again; the box says whether it is silent on purpose."""
    services.retry_asset(current_actor(), asset_id, silent_ok="silent_ok" in request.form)
    flash_success(_("The video is being prepared again."))
    return redirect(safe_next(request.form.get("next")) or url_for("home.index"))


def _playlist(text: str) -> Response:
    return Response(text, content_type=PLAYLIST_TYPE,
                    headers={"Cache-Control": "private, max-age=300"})
