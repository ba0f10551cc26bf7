"""What a source file is: its picture, its sound, its length.

By ffprobe, or by ffmpeg itself where ffprobe is absent.
"""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from content_repo.media.program import Program, ProgramFailed, demuxer_names, demuxer_of
from content_repo.media.reasons import MediaProblem

PROBE_TIMEOUT = 120
WIDEST, HIGHEST = 8192, 4320
LONGEST_MS = 12 * 3600 * 1000
MOST_LINES = 5000
NO_OUTPUT = "At least one output file must be specified"


@dataclass(frozen=True)
class Picture:
    """The picture as a viewer sees it: upright, pixels square. `index` is the stream's number."""

    index: int
    width: int
    height: int
    fps: Fraction | None


@dataclass(frozen=True)
class Source:
    """A readable source; `duration_ms` None where it does not say, `sound` a stream's number."""

    picture: Picture | None
    sound: int | None
    duration_ms: int | None
    demuxer: str


def inspect(program: Program, path: Path, content_type: str) -> Source:
    """What is in the file at `path`, whose bytes look like `content_type`.

    Raises MediaProblem if it cannot be read.
    """
    if path.stat().st_size == 0:
        raise MediaProblem("empty")
    demuxer = demuxer_of(content_type)
    read = _by_ffprobe if program.ffprobe else _by_ffmpeg
    try:
        return read(program, path, demuxer)
    except ProgramFailed as failure:
        if failure.blames_machine:
            raise
        said = " ".join(failure.lines)
        code = "cut_short" if "moov atom not found" in said else "broken"
        raise MediaProblem(code, said[-300:]) from failure


def require_lecture(source: Source, *, silent_ok: bool) -> Picture:
    """The picture of a source that can become a lecture; raises MediaProblem with what is missing."""
    picture = source.picture
    if picture is None:
        raise MediaProblem("no_picture" if source.sound is not None else "broken", "no stream")
    if picture.width < 2 or picture.height < 2:
        raise MediaProblem("broken", "picture without size")
    if max(picture.width, picture.height) > WIDEST or min(picture.width, picture.height) > HIGHEST:
        raise MediaProblem("picture_too_large")
    if source.sound is None and not silent_ok:
        raise MediaProblem("no_sound")
    if (source.duration_ms or 0) > LONGEST_MS:
        raise MediaProblem("too_long")
    return picture


def _input(demuxer: str) -> list[str]:
    return ["-f", demuxer, "-protocol_whitelist", "file,pipe", "-format_whitelist", demuxer_names(demuxer)]


def _by_ffprobe(program: Program, path: Path, demuxer: str) -> Source:
    lines: list[str] = []
    program.run([str(program.ffprobe), "-v", "error", *_input(demuxer), "-show_format", "-show_streams",
                 "-of", "json", str(path)], on_line=lines.append, timeout=PROBE_TIMEOUT)
    return read_json(json.loads("\n".join(lines) or "{}"), demuxer)


def read_json(told: dict[str, Any], demuxer: str) -> Source:
    """A Source from ffprobe's JSON."""
    streams = told.get("streams", [])
    pictures = [s for s in streams if s.get("codec_type") == "video"
                and not s.get("disposition", {}).get("attached_pic")]
    sounds = [s["index"] for s in streams if s.get("codec_type") == "audio"]
    picture = _json_picture(pictures[0]) if pictures else None
    duration = _milliseconds(told.get("format", {}).get("duration"))
    return Source(picture, sounds[0] if sounds else None, duration, demuxer)


def _json_picture(stream: dict[str, Any]) -> Picture:
    turn = next((data["rotation"] for data in stream.get("side_data_list", []) if "rotation" in data), 0)
    return _upright(stream["index"], int(stream.get("width") or 0), int(stream.get("height") or 0),
                    _fraction(stream.get("sample_aspect_ratio")), int(float(turn)),
                    _fraction(stream.get("avg_frame_rate")) or _fraction(stream.get("r_frame_rate")))


def _by_ffmpeg(program: Program, path: Path, demuxer: str) -> Source:
    """`ffmpeg -i` without an output fails by design, after it has told what it found."""
    told: list[str] = []

    def keep(line: str) -> None:
        if len(told) < MOST_LINES:
            told.append(line.rstrip())

    try:
        program.run([program.ffmpeg, "-hide_banner", *_input(demuxer), "-i", str(path)],
                    on_complaint=keep, timeout=PROBE_TIMEOUT)
    except ProgramFailed as failure:
        if not any(NO_OUTPUT in line for line in failure.lines):
            raise
    return read_text(told, demuxer)


STREAM = re.compile(r"^ *Stream #0:(\d+)\S*: (Video|Audio): (.*)$")
SIZE = re.compile(r"[ ,](\d{1,6})x(\d{1,6})(?=[ ,]|$)")
ASPECT = re.compile(r"\bSAR (\d+:\d+)")
RATE = re.compile(r"([\d.]+)(k?) fps")
TURN = re.compile(r"rotation of (-?[\d.]+) degrees")
LENGTH = re.compile(r"^ *Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")


def read_text(lines: Iterable[str], demuxer: str) -> Source:
    """A Source from what `ffmpeg -i` prints, which every ffmpeg of the last ten years prints alike."""
    pictures: list[dict[str, Any]] = []
    sounds: list[int] = []
    duration: int | None = None
    current: dict[str, Any] = {}
    for line in lines:
        if length := LENGTH.match(line):
            hours, minutes, seconds = length.groups()
            duration = round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * 1000)
        elif stream := STREAM.match(line):
            current = {"index": int(stream[1]), "told": stream[3]}
            if stream[2] == "Audio":
                sounds.append(current["index"])
            elif "(attached pic)" not in stream[3]:
                pictures.append(current)
        elif turn := TURN.search(line):
            current["turn"] = round(float(turn[1]))
    picture = _text_picture(pictures[0]) if pictures else None
    return Source(picture, sounds[0] if sounds else None, duration or None, demuxer)


def _text_picture(stream: dict[str, Any]) -> Picture:
    told = stream["told"]
    size, aspect, rate = SIZE.search(told), ASPECT.search(told), RATE.search(told)
    width, height = (int(size[1]), int(size[2])) if size else (0, 0)
    fps = Fraction(rate[1]) * (1000 if rate[2] else 1) if rate else None
    return _upright(stream["index"], width, height, _fraction(aspect[1]) if aspect else None,
                    stream.get("turn", 0), fps)


def _upright(index: int, width: int, height: int, aspect: Fraction | None, turn: int,
             fps: Fraction | None) -> Picture:
    """Square the pixels, then turn: what the viewer sees is what the ladder measures."""
    if aspect and aspect != 1 and Fraction(1, 8) < aspect < 8:
        width, height = (round(width * aspect), height) if aspect > 1 else (width, round(height / aspect))
    if turn % 180:
        width, height = height, width
    return Picture(index, width, height, fps)


def _fraction(told: str | None) -> Fraction | None:
    """`30000/1001`, `4:3`, `25`; None for nothing and for a zero."""
    with suppress(ValueError, ZeroDivisionError):
        return Fraction((told or "0").replace(":", "/")) or None
    return None


def _milliseconds(told: str | None) -> int | None:
    with suppress(ValueError):
        return round(float(told or 0) * 1000) or None
    return None
