"""Probing: ffprobe and ffmpeg itself say the same; what cannot be a lecture is refused with a reason."""

from dataclasses import replace
from fractions import Fraction

import pytest

from content_repo.media.probe import Picture, Source, inspect, read_text, require_lecture
from content_repo.media.program import Program, demuxer_of, find_program
from content_repo.media.reasons import MediaProblem
from tests.factories.media import make_clip


def programs():
    found = find_program()
    return [found, replace(found, ffprobe=None)]


@pytest.fixture(params=["ffprobe", "ffmpeg"])
def program(request) -> Program:
    return programs()[0 if request.param == "ffprobe" else 1]


def code_of(program, path, content_type="video/mp4"):
    with pytest.raises(MediaProblem) as problem:
        require_lecture(inspect(program, path, content_type), silent_ok=False)
    return problem.value.code


def test_a_good_clip(program):
    source = inspect(program, make_clip(seconds=2), "video/mp4")
    assert source.picture == Picture(0, 320, 240, Fraction(10))
    assert source.sound == 1
    assert abs(source.duration_ms - 2000) < 150


def test_square_pixels_are_assumed_of_no_source(program):
    source = inspect(program, make_clip("320x240", more=("-vf", "setsar=4/3"), sound=False), "video/mp4")
    assert (source.picture.width, source.picture.height) == (427, 240)


def test_matroska_without_a_length(program, tmp_path):
    path = tmp_path / "live.mkv"
    path.write_bytes(make_clip(extension="mkv", more=("-f", "matroska", "-live", "1")).read_bytes())
    source = inspect(program, path, "video/x-matroska")
    assert source.picture is not None


def test_empty(program, tmp_path):
    path = tmp_path / "a.mp4"
    path.touch()
    assert code_of(program, path) == "empty"


@pytest.mark.parametrize("content_type", ["application/x-msdownload", "application/zip", "text/plain"])
def test_not_a_video_whatever_its_name(program, content_type):
    assert code_of(program, make_clip(), content_type) == "not_video"


def test_sound_only(program):
    assert code_of(program, make_clip(picture=False, extension="m4a"), "audio/mp4") == "no_picture"
    assert code_of(program, make_clip(), "audio/mpeg") == "no_picture"


def test_silent_needs_a_word(program):
    path = make_clip(sound=False)
    assert code_of(program, path) == "no_sound"
    assert require_lecture(inspect(program, path, "video/mp4"), silent_ok=True).height == 240


def test_cut_before_its_index(program, tmp_path):
    whole = make_clip(seconds=2).read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[:len(whole) // 2])
    assert code_of(program, path) == "cut_short"


def test_noise_behind_a_good_beginning(program, tmp_path):
    path = tmp_path / "noise.mp4"
    path.write_bytes(make_clip().read_bytes()[:32] + b"\x17" * 5000)
    assert code_of(program, path) in ("broken", "cut_short")


@pytest.mark.parametrize("text", [
    "#EXTM3U\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", "ffconcat version 1.0\nfile /etc/passwd\n",
])
def test_a_playlist_is_never_followed(program, tmp_path, text):
    path = tmp_path / "list.mp4"
    path.write_text(text)
    assert code_of(program, path) in ("broken", "cut_short")
    assert code_of(program, path, "text/plain") == "not_video"


def test_a_giant_picture_is_refused():
    giant = Source(Picture(0, 16000, 16000, Fraction(1)), 1, 1000, "mov")
    with pytest.raises(MediaProblem, match="picture_too_large"):
        require_lecture(giant, silent_ok=False)


def test_a_day_long_video_is_refused():
    with pytest.raises(MediaProblem, match="too_long"):
        require_lecture(Source(Picture(0, 640, 360, None), 1, 24 * 3600 * 1000, "mov"), silent_ok=False)


def test_turned_phone_video_and_cover_art_in_text():
    told = """
      Duration: 01:02:03.50, start: 0.000000, bitrate: 1876 kb/s
      Stream #0:0[0x1](und): Video: mjpeg, yuvj420p, 600x600, 90k tbr (attached pic)
      Stream #0:1[0x1](und): Video: h264 (High) (avc1 / 0x3163), yuv420p, 1920x1080 [SAR 1:1 DAR 16:9], 30 fps
        Side data:
          displaymatrix: rotation of -90.00 degrees
      Stream #0:2[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, mono, fltp, 69 kb/s (default)
    """.splitlines()
    source = read_text(told, "mov")
    assert source.picture == Picture(1, 1080, 1920, Fraction(30))
    assert (source.sound, source.duration_ms) == (2, 3723500)


def test_only_named_containers_are_opened():
    assert demuxer_of("video/webm") == "matroska"
    with pytest.raises(MediaProblem):
        demuxer_of("application/vnd.apple.mpegurl")
