"""Playlists by ticket, progress for the waiting page, and the retry form."""

from datetime import timedelta
from urllib.parse import urljoin
from uuid import UUID

import pytest

from content_repo.media import services
from lms.core.db import transaction
from lms.core.ids import new_id
from tests.factories.identity import make_person
from tests.factories.media import make_asset, make_clip
from tests.fetching import fetch


@pytest.fixture
def ready(app, run_jobs):
    """A ready asset: its id and a ticket."""
    with app.app_context():
        asset_id = make_asset(make_clip("640x360", seconds=5)).id
    run_jobs()
    return asset_id, ticket_for(app, asset_id)


def ticket_for(app, asset_id, **options):
    with app.app_context():
        return services.media_ticket(asset_id, **options)


def addresses(text):
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_from_master_to_the_last_piece_without_a_session(ready, client):
    _asset_id, ticket = ready
    at = f"/media/{ticket}/master.m3u8"
    master = client.get(at)
    assert master.content_type == "application/vnd.apple.mpegurl"
    assert master.text.count("#EXT-X-STREAM-INF") == 2
    assert 'CODECS="avc1.64' in master.text
    assert 'TYPE=AUDIO,GROUP-ID="sound"' in master.text
    for name in addresses(master.text):
        playlist = client.get(urljoin(at, name)).text
        assert playlist.endswith("#EXT-X-ENDLIST\n")
        assert playlist.count("#EXTINF") == 2
        init = playlist.split('#EXT-X-MAP:URI="')[1].split('"')[0]
        assert fetch(client, init).data[4:8] == b"ftyp"
        assert all(b"moof" in fetch(client, piece).data[:400] for piece in addresses(playlist))


def test_rungs_begin_with_the_cheapest(ready, client):
    text = client.get(f"/media/{ready[1]}/master.m3u8").text
    assert addresses(text) == ["240.m3u8", "360.m3u8"]


@pytest.mark.parametrize("name", ["nothing", "..%2f..%2fetc", "240'--"])
def test_a_rendition_that_is_not_there(ready, client, name):
    assert client.get(f"/media/{ready[1]}/{name}.m3u8").status_code == 404


def test_a_ticket_expires(app, ready, client):
    old = ticket_for(app, ready[0], expires=timedelta(seconds=-5))
    assert client.get(f"/media/{old}/master.m3u8").status_code == 403


def test_a_forged_ticket_opens_nothing(app, ready, client):
    with app.app_context():
        from lms.core.signing import sign
        other = sign("object", {"a": str(ready[0])}, timedelta(hours=1))
    for ticket in (other, ready[1][:-2] + "xx", "nothing"):
        assert client.get(f"/media/{ticket}/master.m3u8").status_code == 403
        assert client.get(f"/media/{ticket}/progress").status_code == 403


def test_a_ticket_for_nothing(app, client):
    assert client.get(f"/media/{ticket_for(app, new_id())}/master.m3u8").status_code == 404


def test_progress_while_it_waits_and_when_it_failed(app, client, run_jobs):
    with app.app_context():
        asset_id = make_asset(b"").id
    at = f"/media/{ticket_for(app, asset_id)}/progress"
    assert client.get(at).json["state"] == "waiting"
    assert client.get(f"/media/{ticket_for(app, asset_id)}/master.m3u8").status_code == 404
    run_jobs()
    told = client.get(at).json
    assert told["state"] == "failed"
    assert told["reason"].startswith("Tệp rỗng")


def test_retry_by_its_teacher(app, sign_in, run_jobs):
    with app.app_context():
        with transaction():
            teacher, stranger = make_person().id, make_person().id
        asset_id: UUID = make_asset(make_clip(sound=False)).id
        with transaction():
            services.get_asset(asset_id).requested_by = teacher
    run_jobs()
    at = f"/media/assets/{asset_id}/retry"
    assert sign_in(stranger).post(at).status_code == 403
    answer = sign_in(teacher).post(at, data={"silent_ok": "1", "next": "//evil.example/x"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    run_jobs()
    with app.app_context():
        assert services.get_asset(asset_id).state == "ready"


def test_retry_needs_a_sign_in(client):
    assert client.post(f"/media/assets/{new_id()}/retry").status_code == 401
