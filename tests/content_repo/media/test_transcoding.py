"""The job that makes a video: what it publishes, what it says when it cannot, and running it again."""

import pytest

from content_repo.files import services as files
from content_repo.media import services
from content_repo.media.models import MediaAsset, Rendition
from content_repo.media.reasons import REASONS
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, NotFound
from lms.core.ids import new_id
from lms.core.jobs import enqueue, find_job
from lms.core.permissions import SYSTEM
from lms.core.storage import storage
from tests.factories.files import make_file
from tests.factories.identity import make_actor, make_person
from tests.factories.media import make_asset, make_clip


@pytest.fixture
def work_off(context, run_jobs):
    """Commit, run all due jobs as the worker would, and see what they wrote."""

    def run():
        db.session.commit()
        run_jobs()
        db.session.rollback()

    return run


@pytest.fixture
def made(work_off):
    """Make an asset, run its job, and read it again."""

    def make(*arguments, **options) -> MediaAsset:
        asset_id = make_asset(*arguments, **options).id
        work_off()
        return services.get_asset(asset_id)

    return make


def renditions(asset):
    rows = db.session.query(Rendition).filter_by(asset_id=asset.id).order_by(Rendition.bitrate)
    return {row.name: row for row in rows}


def keys_of(asset):
    return set(storage().list(f"media/{asset.id}/"))


def test_a_good_video_is_published_whole(made):
    asset = made(make_clip("640x360", seconds=5))
    assert (asset.state, asset.reason, asset.width, asset.height) == ("ready", None, 640, 360)
    assert abs(asset.duration_ms - 5000) < 150
    rows = renditions(asset)
    assert set(rows) == {"240", "360", "sound"}
    assert rows["240"].bitrate < rows["360"].bitrate
    named = {asset.poster_key}
    for row in rows.values():
        named |= {row.playlist["init"], *(segment["key"] for segment in row.playlist["segments"])}
    assert named == keys_of(asset)
    job = find_job(("asset", asset.id))
    assert (job.state, job.progress) == ("done", 1.0)


@pytest.mark.parametrize(("content", "code"), [
    (b"", "empty"),
    (b"MZ\x90\x00" * 100, "not_video"),
    (b"PK\x03\x04" + b"\x00" * 200, "not_video"),
    ("Đây không phải là video.".encode(), "not_video"),
    (b"#EXTM3U\n#EXTINF:4,\nfile:///etc/passwd\n", "not_video"),
    (b"ID3\x04" + b"\x00" * 200, "no_picture"),
    (b"\x00\x00\x00\x20ftypisom" + b"\x17" * 500, "cut_short"),
])
def test_what_is_no_video_fails_with_its_reason(made, content, code):
    asset = made(content)
    assert (asset.state, asset.reason) == ("failed", code)
    job = find_job(("asset", asset.id))
    assert (job.state, job.tries) == ("failed", 1)
    assert job.reasons["vi"] == str(REASONS[code])
    assert keys_of(asset) == set()
    told = services.tell_progress(asset)
    assert (told.state, told.reason, told.reason_code) == ("failed", str(REASONS[code]), code)


def test_without_picture(made):
    assert made(make_clip(picture=False, extension="m4a")).reason == "no_picture"


def test_without_sound_it_fails_until_that_is_said_to_be_meant(made, work_off):
    asset = made(make_clip(sound=False))
    assert asset.reason == "no_sound"
    services.retry_asset(SYSTEM, asset.id, silent_ok=True)
    work_off()
    assert (asset.state, asset.reason) == ("ready", None)
    assert "sound" not in renditions(asset)
    assert 'AUDIO="' not in services.master_playlist(asset.id)


def test_a_file_that_is_gone(made, work_off):
    asset = made()
    storage().delete(files.get_stored_file(asset.file_id).key)
    services.retry_asset(SYSTEM, asset.id)
    work_off()
    assert asset.reason == "file_missing"


def test_run_again_it_replaces_what_was_there(made, work_off):
    asset = made()
    first_run, first_keys, first_rows = asset.run, keys_of(asset), set(renditions(asset))
    services.retry_asset(SYSTEM, asset.id)
    work_off()
    assert asset.run != first_run
    assert set(renditions(asset)) == first_rows
    assert keys_of(asset).isdisjoint(first_keys)


def test_the_same_job_twice_does_no_harm(made, work_off):
    asset = made()
    enqueue("content_repo.transcode", asset_id=str(asset.id))
    work_off()
    assert asset.state == "ready"
    assert len({key.split("/")[2] for key in keys_of(asset)}) == 1


def test_a_replaced_video_is_not_made_any_more(context, work_off):
    owner = ("work", new_id())
    old, new = make_asset(owner=owner).id, make_asset(owner=owner).id
    work_off()
    assert services.get_asset(old).state == "waiting"
    assert services.get_asset(new).state == "ready"
    assert services.find_asset(owner).id == new


def test_a_machine_in_trouble_is_not_the_teachers_fault(made, monkeypatch, work_off):
    from content_repo.media.program import Program, ProgramFailed

    def fail(*_arguments, **_options):
        raise ProgramFailed(1, ["No space left on device"])

    monkeypatch.setattr(Program, "run", fail)
    asset = made()
    job = find_job(("asset", asset.id))
    assert (job.state, asset.state, asset.reason) == ("queued", "processing", None)


def test_a_job_that_broke_for_good_is_told(context):
    asset = make_asset()
    job = find_job(("asset", asset.id))
    job.state, job.reasons = "failed", {"vi": "Hỏng", "en": "Broke"}
    db.session.commit()
    told = services.tell_progress(asset)
    assert told.state == "failed"
    assert told.reason in ("Hỏng", "Broke")
    services.retry_asset(SYSTEM, asset.id)
    assert services.tell_progress(asset).state == "waiting"


def test_who_may_have_it_made_again(context, work_off):
    roles = ("teacher", "teacher", "librarian")
    teacher, stranger, librarian = (make_actor(make_person(role)) for role in roles)
    asset = make_asset(b"")
    asset.requested_by = teacher.person_id
    work_off()
    with pytest.raises(Forbidden):
        services.retry_asset(stranger, asset.id)
    services.retry_asset(teacher, asset.id)
    with pytest.raises(Conflict):
        services.retry_asset(librarian, asset.id)


def test_only_the_owners_own_file(context):
    file = make_file()
    with pytest.raises(NotFound):
        services.create_asset(SYSTEM, file.id, ("work", new_id()))
    student = make_actor(make_person("student"))
    with pytest.raises(Forbidden):
        services.create_asset(student, file.id, (file.owner_kind, file.owner_id))


def test_reasons_are_told_in_both_languages(made):
    asset = made(b"")
    job = find_job(("asset", asset.id))
    assert job.reasons["en"].startswith("The file is empty")
    assert job.reasons["vi"].startswith("Tệp rỗng")
