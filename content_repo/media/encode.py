"""One ffmpeg run makes the whole ladder, a second, short one the poster. Files in, files out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

from content_repo.media.ladder import AUDIO_RATE, Rung, frame_rate
from content_repo.media.playlist import MediaPlaylist, read_playlist
from content_repo.media.probe import Picture, Source
from content_repo.media.program import Program, ProgramFailed, input_options
from content_repo.media.reasons import MediaProblem

SEGMENT_SECONDS = 4
POSTER_AT = 0.1
POSTER_SIDE = 1280
POSTER_TIMEOUT = 120
MISSING_SHARE, MISSING_MS = 0.05, 3000
"""A result shorter than its source said, by both of these, means that the source's end is missing."""
TOLERATED_ERRORS = 0.1
DAMAGE = re.compile(r"error while decoding|corrupt|concealing|invalid data|invalid nal", re.IGNORECASE)
FEW_COMPLAINTS = 20
"""So many damaged places are forgiven in any file; beyond them, TOLERATED_ERRORS of its frames."""
SOUND = "sound"


@dataclass(frozen=True)
class Made:
    """What a run left in its folder: the playlist of every rung by name, of the sound, and the length."""

    rungs: dict[str, MediaPlaylist]
    sound: MediaPlaylist | None
    duration_ms: int


def encode_ladder(program: Program, path: Path, source: Source, picture: Picture, rungs: Sequence[Rung],
                  folder: Path, on_progress: Callable[[float], None]) -> Made:
    """Encode every rung, and the sound once, into `folder`/<name>/.

    `on_progress` gets the share done, 0 to 1, about once a second.
    Raises MediaProblem if the source is at fault.
    """
    for name in [rung.name for rung in rungs] + ([SOUND] if source.sound is not None else []):
        (folder / name).mkdir()
    command = ladder_command(program, path, source, picture, rungs, folder)
    damaged: list[str] = []
    try:
        program.run(command, on_line=lambda line: _report(line, source.duration_ms, on_progress),
                    on_complaint=lambda line: _note_damage(line, damaged))
    except ProgramFailed as failure:
        if failure.blames_machine:
            raise
        raise MediaProblem("broken", " | ".join(failure.lines)[-300:]) from failure
    made = _collect(source, rungs, folder)
    frames = made.duration_ms / 1000 * float(frame_rate(picture.fps))
    if len(damaged) > FEW_COMPLAINTS + TOLERATED_ERRORS * frames:
        raise MediaProblem("broken", f"{len(damaged)} damaged places in {frames:.0f} frames")
    return made


def _note_damage(line: str, damaged: list[str]) -> None:
    """A decoder hides damage and goes on; what it complains of tells how much there is."""
    if DAMAGE.search(line) and len(damaged) < 10**6:
        damaged.append(line[:80])


def ladder_command(program: Program, path: Path, source: Source, picture: Picture, rungs: Sequence[Rung],
                   folder: Path) -> list[str]:
    """The command line: one decode, split, scaled and encoded with keyframes at the same moments."""
    opened = ffmpeg.input(str(path), **input_options(source.demuxer), threads=program.threads)
    fps = frame_rate(picture.fps)
    branches = (opened[str(picture.index)].filter("fps", f"{fps.numerator}/{fps.denominator}")
                .filter_multi_output("split", len(rungs)))
    streams = [_scaled(branches.stream(number), rung) for number, rung in enumerate(rungs)]
    if source.sound is not None:
        streams.append(opened[str(source.sound)].filter("aresample", **{"async": 1, "first_pts": 0}))
    options = _output_options(rungs, source.sound is not None, float(fps), program.threads)
    output = ffmpeg.output(*streams, str(folder / "%v" / "index.m3u8"), format="hls",
                           hls_segment_filename=str(folder / "%v" / "%05d.m4s"), **options)
    head = ["-hide_banner", "-nostdin", "-v", "error", "-max_error_rate", str(TOLERATED_ERRORS),
            "-progress", "pipe:1", "-stats_period", "1"]
    return list(ffmpeg.compile(output.global_args(*head), cmd=program.ffmpeg, overwrite_output=True))


def _scaled(stream: Any, rung: Rung) -> Any:
    return (stream.filter("scale", rung.width, rung.height, flags="bicubic")
            .filter("setsar", "1").filter("format", "yuv420p"))


def _output_options(rungs: Sequence[Rung], sound: bool, fps: float, threads: int) -> dict[str, Any]:
    options: dict[str, Any] = {
        "c:v": "libx264", "preset": "veryfast", "profile:v": "high", "threads": threads,
        "sc_threshold": 0, "g": max(1, round(fps * SEGMENT_SECONDS)),
        "force_key_frames": f"expr:gte(t,n_forced*{SEGMENT_SECONDS})",
        "hls_time": SEGMENT_SECONDS, "hls_playlist_type": "vod", "hls_segment_type": "fmp4",
        "hls_flags": "independent_segments", "map_metadata": -1, "map_chapters": -1,
        "var_stream_map": variants(rungs, sound),
    }
    for number, rung in enumerate(rungs):
        options |= {f"crf:v:{number}": rung.quality, f"maxrate:v:{number}": f"{rung.rate}k",
                    f"bufsize:v:{number}": f"{rung.rate * 2}k"}
    if sound:
        options |= {"c:a": "aac", "b:a": f"{AUDIO_RATE}k", "ac": 2, "ar": 48000}
    return options


def variants(rungs: Sequence[Rung], sound: bool) -> str:
    """ffmpeg's map of streams to playlists: every rung its own, the sound once for all."""
    group = f",agroup:{SOUND}" if sound else ""
    maps = [f"v:{number}{group},name:{rung.name}" for number, rung in enumerate(rungs)]
    return " ".join(maps + ([f"a:0{group},name:{SOUND},default:yes"] if sound else []))


def _report(line: str, duration_ms: int | None, on_progress: Callable[[float], None]) -> None:
    name, _, value = line.partition("=")
    if name == "out_time_us" and duration_ms and value.lstrip("-").isdigit():
        on_progress(min(1.0, max(0.0, int(value) / 1000 / duration_ms)))


def _collect(source: Source, rungs: Sequence[Rung], folder: Path) -> Made:
    made = {rung.name: read_playlist(folder / rung.name / "index.m3u8") for rung in rungs}
    lengths = {name: playlist.duration_ms for name, playlist in made.items()}
    duration = max(lengths.values())
    if duration == 0:
        raise MediaProblem("broken", "nothing was decoded")
    sound = read_playlist(folder / SOUND / "index.m3u8") if source.sound is not None else None
    reached = max(duration, sound.duration_ms if sound else 0)
    missing = (source.duration_ms or 0) - reached
    if missing > MISSING_MS and missing > MISSING_SHARE * (source.duration_ms or 0):
        raise MediaProblem("cut_short", f"{reached} of {source.duration_ms} ms")
    return Made(made, sound, duration)


def make_poster(program: Program, path: Path, source: Source, picture: Picture, duration_ms: int,
                target: Path) -> bool:
    """A JPEG of the picture at a tenth of the lecture, else of its first; False if neither can be had."""
    for seconds in (duration_ms / 1000 * POSTER_AT, 0.0):
        try:
            program.run(_poster_command(program, path, source, picture, seconds, target),
                        timeout=POSTER_TIMEOUT)
        except (ProgramFailed, MediaProblem):
            continue
        if target.is_file() and target.stat().st_size:
            return True
    return False


def _poster_command(program: Program, path: Path, source: Source, picture: Picture, seconds: float,
                    target: Path) -> list[str]:
    scale = min(1.0, POSTER_SIDE / max(picture.width, picture.height))
    width, height = (max(2, int(side * scale) // 2 * 2) for side in (picture.width, picture.height))
    opened = ffmpeg.input(str(path), ss=round(seconds, 3), **input_options(source.demuxer))
    shown = opened[str(picture.index)].filter("scale", width, height).filter("setsar", "1")
    output = ffmpeg.output(shown, str(target), format="image2", vframes=1, update=1, map_metadata=-1,
                           **{"q:v": 4})
    head = ("-hide_banner", "-nostdin", "-v", "error")
    return list(ffmpeg.compile(output.global_args(*head), cmd=program.ffmpeg, overwrite_output=True))
