"""Processes that outlive the command that started them, known by process id and start time."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.services.errors import ServiceError
from deploy.services.home import Home, service_account


def run_logged(
    command: Sequence[str],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    as_service_user: bool = False,
    home: Home | None = None,
    cwd: Path | None = None,
) -> None:
    """Run a command to its end, output to `log`; raise ServiceError with the log's end if it fails."""
    with log.open("ab") as output:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            check=False,
            env=environment,
            **_identity(home if as_service_user else None),
        )
    if done.returncode != 0:
        raise ServiceError(
            f"{Path(command[0]).name} failed ({done.returncode}); the end of {log}:\n{tail(log)}"
        )


def start_daemon(
    home: Home, name: str, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str] | None = None
) -> int:
    """Start a service in a session of its own, as the service user; return and remember its process id."""
    log = home.logs(name)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=environment,
            start_new_session=True,
            **_identity(home),
        )
    remember(home, name, process.pid)
    return process.pid


def remember(home: Home, name: str, pid: int) -> None:
    """Keep the process id of a service with its start time, so that a reused id is never mistaken for it."""
    home.pid_file(name).write_text(f"{pid} {_started(pid)}\n")


def find_pid(home: Home, name: str) -> int | None:
    """Return the process id of a service that is alive, else None."""
    try:
        pid, started = home.pid_file(name).read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    return int(pid) if _started(int(pid)) == started else None


def stop(home: Home, name: str, sign: signal.Signals = signal.SIGTERM, *, patience: float = 40) -> bool:
    """Ask a service to end, insist after `patience` seconds; return whether there was one.

    A service that leads a group of processes (a script and its JVM) ends with all of it.
    """
    pid = find_pid(home, name)
    if pid is None:
        home.pid_file(name).unlink(missing_ok=True)
        return False
    members = _group(pid)
    _signal(members, sign)
    deadline = time.monotonic() + patience
    while (left := _alive(members)) and time.monotonic() < deadline:
        _reap(pid)
        time.sleep(0.1)
    _signal(left, signal.SIGKILL)
    _reap(pid)
    home.pid_file(name).unlink(missing_ok=True)
    return True


def wait_until(home: Home, name: str, is_ready: Callable[[], bool], *, seconds: float) -> None:
    """Wait for a service to answer; raise ServiceError with its log's end if it dies or takes too long."""
    deadline = time.monotonic() + seconds
    while not is_ready():
        pid = find_pid(home, name)
        if pid is not None:
            _reap(pid)
        if find_pid(home, name) is None:
            raise ServiceError(f"{name} ended; the end of its log:\n{tail(home.logs(name))}")
        if time.monotonic() > deadline:
            raise ServiceError(f"{name} did not answer in {seconds:.0f} s; its log: {home.logs(name)}")
        time.sleep(0.3)


def resident_mebibytes(pid: int) -> int:
    """Return the resident memory of a process and its children, 0 when they are gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0
    own = next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)
    return own + sum(resident_mebibytes(int(child)) for child in children)


def tail(log: Path, lines: int = 20) -> str:
    """Return the last lines of a log."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"


def _group(pid: int) -> dict[int, str]:
    """The service and those that it leads: start time by process id."""
    led = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return {one: _started(one) for one in {pid, *(other for other in led if _leader(other) == pid)}}


def _leader(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def _alive(members: dict[int, str]) -> dict[int, str]:
    return {pid: started for pid, started in members.items() if started and _started(pid) == started}


def _signal(members: Iterable[int], sign: signal.Signals) -> None:
    for pid in members:
        with contextlib.suppress(ProcessLookupError):  # it has just ended
            os.kill(pid, sign)


def _identity(home: Home | None) -> dict[str, Any]:
    if home is None or not home.as_root:
        return {}
    account = service_account()
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _started(pid: int) -> str:
    """Return the kernel's start time of a process in clock ticks, '' when it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return  # it is not our child: an earlier command started it
