"""Encoding for real: one run makes every rung in step, and damage is told from health."""

import random
from dataclasses import replace

import pytest

from content_repo.media.encode import encode_ladder, ladder_command, make_poster
from content_repo.media.ladder import ladder
from content_repo.media.probe import inspect
from content_repo.media.program import ProgramFailed, find_program
from content_repo.media.reasons import MediaProblem
from tests.factories.media import make_clip


def encode(path, folder, content_type="video/mp4"):
    program = find_program()
    source = inspect(program, path, content_type)
    rungs = ladder(source.picture.width, source.picture.height)
    shares = []
    made = encode_ladder(program, path, source, source.picture, rungs, folder, shares.append)
    return made, shares


def test_rungs_are_cut_at_the_same_moments(tmp_path):
    made, shares = encode(make_clip(seconds=9), tmp_path)
    assert sorted(made.rungs) == ["120", "240"]
    cuts = {name: [segment.seconds for segment in playlist.segments] for name, playlist in made.rungs.items()}
    assert cuts["120"] == cuts["240"] == [4.0, 4.0, 1.0]
    assert made.duration_ms == 9000
    assert made.sound is not None
    assert made.sound.codecs == "mp4a.40.2"
    assert all(playlist.codecs.startswith("avc1.64") for playlist in made.rungs.values())
    assert shares[-1] > 0.9


def test_odd_upright_and_silent(tmp_path):
    made, _shares = encode(make_clip("242x426", sound=False), tmp_path)
    assert made.sound is None
    assert len(made.rungs) == 2


def test_poster(tmp_path):
    program, path = find_program(), make_clip(seconds=2)
    source = inspect(program, path, "video/mp4")
    target = tmp_path / "poster.jpg"
    assert make_poster(program, path, source, source.picture, 2000, target)
    assert target.read_bytes()[:3] == b"\xff\xd8\xff"


def test_a_video_whose_end_is_missing(tmp_path):
    whole = make_clip(seconds=20, more=("-movflags", "+faststart")).read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[:len(whole) // 2])
    (tmp_path / "out").mkdir()
    with pytest.raises(MediaProblem, match="cut_short"):
        encode(path, tmp_path / "out")


def test_a_video_full_of_wrong_bytes(tmp_path):
    clip = bytearray(make_clip("640x360", seconds=4, rate=25, more=("-movflags", "+faststart")).read_bytes())
    chance = random.Random(7)
    start = clip.find(b"mdat") + 2000
    for _each in range(len(clip) // 300):
        clip[chance.randrange(start, len(clip))] = chance.randrange(256)
    path = tmp_path / "damaged.mp4"
    path.write_bytes(clip)
    (tmp_path / "out").mkdir()
    with pytest.raises(MediaProblem, match="broken"):
        encode(path, tmp_path / "out")


def test_a_run_that_takes_too_long_is_killed(tmp_path):
    program = replace(find_program(), timeout=0.3)
    path = make_clip("1280x720", seconds=12, rate=25)
    source = inspect(find_program(), path, "video/mp4")
    with pytest.raises(MediaProblem, match="took_too_long"):
        encode_ladder(program, path, source, source.picture, ladder(1280, 720), tmp_path, lambda share: None)


def test_the_command_names_demuxer_and_protocols(tmp_path):
    program, path = find_program(), make_clip()
    source = inspect(program, path, "video/mp4")
    command = ladder_command(program, path, source, source.picture, ladder(320, 240), tmp_path)
    assert command.count("-i") == 1
    assert command[command.index("-f") + 1] == "mov"
    assert command[command.index("-protocol_whitelist") + 1] == "file,pipe"


def test_the_machine_is_blamed_for_what_it_did():
    assert ProgramFailed(1, ["av_interleaved_write_frame(): No space left on device"]).blames_machine
    assert ProgramFailed(-9, []).blames_machine
    assert not ProgramFailed(1, ["Invalid data found when processing input"]).blames_machine
