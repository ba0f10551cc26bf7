"""Running ffmpeg and ffprobe: found on this machine, kept within time, memory and file limits.

ffmpeg reads what strangers send. So: the demuxer is named by us and never guessed (a playlist that names
local files or addresses is never opened), only the `file` protocol may be used, and a run that takes too
long is killed.
"""

import os
import resource
import shutil
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread, Timer
from typing import IO

from content_repo.media.reasons import MediaProblem

MEMORY_LIMIT = 6 * 1024**3
"""Address space of one ffmpeg, bytes: far above a five-rung 1080p run, far below the machine."""
FILE_LIMIT = 64 * 1024**3
NICE = 10
KEPT_LINES = 40
MACHINE_TROUBLE = ("No space left on device", "Cannot allocate memory", "Unknown encoder",
                   "Too many open files", "Resource temporarily unavailable")
Listener = Callable[[str], None]
PROTOCOLS = "file,pipe"
DEMUXERS = {
    "video/mp4": "mov", "video/quicktime": "mov", "audio/mp4": "mov", "video/3gpp": "mov",
    "video/x-matroska": "matroska", "video/webm": "matroska", "video/x-msvideo": "avi",
    "video/mp2t": "mpegts", "video/x-flv": "flv",
}
"""Content type, sniffed from the bytes -> the only demuxer that may read them."""


class ProgramFailed(RuntimeError):
    """ffmpeg ended with an error; `lines` is the end of what it said."""

    def __init__(self, code: int, lines: Sequence[str]) -> None:
        super().__init__(f"ffmpeg ended with {code}: {' | '.join(lines)[-800:]}")
        self.code = code
        self.lines = lines

    @property
    def blames_machine(self) -> bool:
        """Whether the machine, not the file, was at fault: worth another try."""
        return self.code < 0 or any(trouble in line for line in self.lines for trouble in MACHINE_TROUBLE)


@dataclass(frozen=True)
class Program:
    """Where ffmpeg is, and how much of the machine one run may take; `ffprobe` None where only a wheel is."""

    ffmpeg: str
    ffprobe: str | None
    threads: int = 2
    timeout: float = 6 * 3600

    def run(self, arguments: Sequence[str], *, on_line: Listener | None = None,
            on_complaint: Listener | None = None, timeout: float | None = None) -> list[str]:
        """Run to the end, `on_line` for every line of standard output, `on_complaint` of standard error.

        Returns the end of standard error.

        Raises MediaProblem("took_too_long") when killed by the clock, ProgramFailed on any other failure.
        """
        with subprocess.Popen(  # noqa: S603  no shell; every argument is ours
                list(arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True, errors="replace", env=_environment()) as process:
            _limit(process.pid)
            return _follow(process, on_line or _ignore, on_complaint or _ignore, timeout or self.timeout)


def find_program(path: str = "", *, threads: int = 2, timeout: float = 6 * 3600) -> Program:
    """The ffmpeg at `path`, else the system's, else the one in the imageio-ffmpeg wheel (without ffprobe)."""
    found = path or shutil.which("ffmpeg")
    if not found:
        from imageio_ffmpeg import get_ffmpeg_exe
        return Program(get_ffmpeg_exe(), None, threads, timeout)
    beside = Path(found).with_name("ffprobe")
    return Program(found, str(beside) if beside.is_file() else None, threads, timeout)


def demuxer_of(content_type: str) -> str:
    """The demuxer for a sniffed content type; raises MediaProblem for what is no video container."""
    if content_type in DEMUXERS:
        return DEMUXERS[content_type]
    raise MediaProblem("no_picture" if content_type.startswith("audio/") else "not_video", content_type)


def input_options(demuxer: str) -> dict[str, str]:
    """Options of every input that we open."""
    return {"f": demuxer, "protocol_whitelist": PROTOCOLS, "format_whitelist": demuxer_names(demuxer)}


def demuxer_names(demuxer: str) -> str:
    """The names under which ffmpeg's white list knows a demuxer."""
    return {"mov": "mov,mp4,m4a,3gp,3g2,mj2", "matroska": "matroska,webm"}.get(demuxer, demuxer)


def _environment() -> dict[str, str]:
    """Nothing of ours is ffmpeg's business: no secrets, no proxies, no report files."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8"}


def _limit(pid: int) -> None:
    """Lower the priority of a running process and cap its memory and files."""
    with suppress(ProcessLookupError, PermissionError):
        os.setpriority(os.PRIO_PROCESS, pid, NICE)
        resource.prlimit(pid, resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))


def _follow(process: "subprocess.Popen[str]", on_line: Listener, on_complaint: Listener,
            timeout: float) -> list[str]:
    late: list[bool] = []
    kept: deque[str] = deque(maxlen=KEPT_LINES)
    reader = Thread(target=_keep, args=(process.stderr, kept, on_complaint), daemon=True)
    timer = Timer(timeout, _stop, (process, late))
    reader.start()
    timer.start()
    try:
        for line in process.stdout or ():
            on_line(line.rstrip())
        process.wait()
    except BaseException:
        process.kill()
        raise
    finally:
        timer.cancel()
        reader.join(timeout=5)
    return _outcome(process.returncode, bool(late), list(kept))


def _stop(process: "subprocess.Popen[str]", late: list[bool]) -> None:
    late.append(True)
    process.kill()


def _outcome(code: int, late: bool, lines: list[str]) -> list[str]:
    if late:
        raise MediaProblem("took_too_long")
    if code != 0:
        raise ProgramFailed(code, lines)
    return lines


def _keep(stream: IO[str] | None, lines: deque[str], on_complaint: Listener) -> None:
    for line in stream or ():
        on_complaint(line)
        lines.append(line.rstrip()[:400])


def _ignore(line: str) -> None:
    """A line that nobody asked for."""
