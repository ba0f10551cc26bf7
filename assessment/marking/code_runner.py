"""Programs of candidates, run against their tests: in a room of their own, or not at all.

Every run is a process in new user, mount, network, process and IPC namespaces: its root is an empty file system in
memory with the interpreter and its libraries read-only, no network, no other process, no capability, an empty
environment; CPU time, memory, size of what it writes, number of processes and open files are limited. It can write
only to its own `/tmp`, which is gone afterwards. Where the system does not give such a room nothing is run: the
answers wait for a person. Off unless the setting `code_runner` is `isolated`.
"""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from assessment.bank.types import Parts, UnfitKey

MOST_OUTPUT = 256 * 1024
START_SECONDS = 3.0
"""What making the room and starting the interpreter may take beside the time of the program."""
MOST_STOPPED = 3
"""Tests that a program may run out of time on; the rest is then not tried."""
WRITABLE = "16m"
NOBODY = 65534
SYSTEM_PYTHON = Path("/usr/bin/python3")
_PATHS = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
_NAMESPACES = ("unshare", "--user", "--map-root-user", "--mount", "--net", "--pid", "--ipc", "--uts", "--fork",
               "--kill-child")
_ROOM = r"""
set -eu
room=$1; shift
mount -t tmpfs -o "size=$1,mode=755,nosuid,nodev" tmpfs "$room"; shift
while [ "$1" != "--" ]; do
    mkdir -p "$room$1"
    mount --bind "$1" "$room$1"
    mount -o remount,bind,ro,nosuid,nodev "$room$1"
    shift
done
shift
for link in bin lib lib64; do
    if [ -L "/$link" ]; then ln -s "usr/$link" "$room/$link"; fi
done
mkdir -p "$room/tmp" "$room/work"
cat > "$room/work/main.py" < "$1"; shift
mount -t tmpfs -o size=1m,mode=777,nosuid,nodev,noexec tmpfs "$room/tmp"
mount -o remount,bind,ro,nosuid,nodev "$room"
cd "$room"
exec "$@"
"""
_CANARY = """
import os, socket
assert not os.environ.get("HOME") and os.listdir("/work") == ["main.py"]
for path in ("/work/x", "/usr/x", "/x"):
    try:
        open(path, "w")
    except OSError:
        continue
    raise SystemExit("writes beyond its folder")
try:
    socket.create_connection(("127.0.0.1", 9), 0.2)
except OSError as error:
    assert error.errno in (101, 99, 111, 100, 1), error
try:
    os.fork()
except OSError:
    print("alone")
"""


class NoIsolation(RuntimeError):
    """This system cannot keep a program apart, so none is run; the message says what failed."""


@dataclass(frozen=True)
class Run:
    """What a program wrote, and how it ended: done, failed (it broke off) or stopped (a limit)."""

    output: str
    end: str


@lru_cache(maxsize=1)
def require_isolation() -> None:
    """Prove with a program that tries to get out that nothing gets out; raises NoIsolation."""
    try:
        run = _run(_CANARY, "", 2_000, 64)
    except OSError as error:
        raise NoIsolation(f"a program cannot be kept apart here: {error}") from error
    if run.output.strip() != "alone":
        raise NoIsolation(f"a program is not kept apart here: {run.output.strip()[-300:] or run.end}")


def judge_program(key: dict[str, Any], program: str) -> Parts:
    """Tests that a program passes; raises NoIsolation where it cannot be run safely, UnfitKey without tests."""
    tests = key.get("tests")
    if not tests:
        raise UnfitKey("a program without tests")
    require_isolation()
    right = stopped = 0
    for test in tests:
        if stopped == MOST_STOPPED:
            break
        run = run_program(program, test["input"], key["time_ms"], key["memory_mb"])
        stopped += run.end == "stopped"
        right += run.end == "done" and _plain(run.output) == _plain(test["output"])
    return Parts(right, len(tests) - right, len(tests))


def run_program(program: str, given: str, time_ms: int, memory_mb: int) -> Run:
    """Run a Python program with `given` as its input; raises NoIsolation."""
    require_isolation()
    return _run(program, given, time_ms, memory_mb)


def _run(program: str, given: str, time_ms: int, memory_mb: int) -> Run:
    with tempfile.TemporaryDirectory(prefix="program-") as folder, \
            tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        room, source, data = (Path(folder) / name for name in ("room", "main.py", "input"))
        room.mkdir()
        Path(folder).chmod(0o755)
        source.write_text(program, "utf-8")
        data.write_text(given, "utf-8")
        if os.geteuid() == 0:  # limits of processes do not bind the superuser
            os.chown(room, NOBODY, NOBODY)
        command = _command(room, source, time_ms, memory_mb)
        with data.open("rb") as stdin:
            try:
                ended = subprocess.run(command, stdin=stdin, stdout=output, stderr=errors, env=_PATHS, cwd=folder,  # noqa: S603
                                       timeout=time_ms / 1_000 + START_SECONDS, check=False, start_new_session=True,
                                       **_as_nobody())
            except subprocess.TimeoutExpired:
                return Run(_read(output), "stopped")
        end = "done" if ended.returncode == 0 else "failed" if 0 < ended.returncode < 128 else "stopped"
        return Run(_read(output) or (_read(errors) if end != "done" else ""), end)


def _command(room: Path, source: Path, time_ms: int, memory_mb: int) -> list[str]:
    """Room, limits, root, no capabilities, interpreter: each hands over to the next."""
    interpreter = SYSTEM_PYTHON if SYSTEM_PYTHON.exists() else Path(sys.base_prefix) / "bin" / "python3"
    shown = ["/usr", *(f"/{name}" for name in ("lib", "lib64", "bin") if not Path(f"/{name}").is_symlink()
                       and Path(f"/{name}").is_dir())]
    if not interpreter.is_relative_to("/usr"):
        shown.append(str(sys.base_prefix))
    limits = ["prlimit", f"--cpu={-(-time_ms // 1_000)}", f"--as={(memory_mb + 32) * 1024**2}",
              f"--fsize={MOST_OUTPUT}", "--nproc=1", "--nofile=32", "--core=0", "--"]
    bare = ["setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--", "env", "-i"]
    started = [*limits, "chroot", ".", *bare, str(interpreter), "-I", "-S", "-B", "-X", "utf8", "/work/main.py"]
    return [*_NAMESPACES, "--", "sh", "-c", _ROOM, "room", str(room), WRITABLE, *shown, "--", str(source), *started]


def _as_nobody() -> dict[str, Any]:
    """The superuser gives up what it is before anything else happens."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _read(stream: Any) -> str:
    stream.seek(0)
    return str(stream.read(MOST_OUTPUT).decode("utf-8", "replace"))


def _plain(text: str) -> list[str]:
    """Lines without blanks at their ends; empty lines at the end do not count."""
    return [line.rstrip() for line in text.rstrip().split("\n")]
