"""Processes that outlive the command that started them, known by process id and start time."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
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
    """Ask a service to end, insist after `patience` seconds; return whether there was one."""
    pid = find_pid(home, name)
    if pid is None:
        home.pid_file(name).unlink(missing_ok=True)
        return False
    os.kill(pid, sign)
    deadline = time.monotonic() + patience
    while find_pid(home, name) and time.monotonic() < deadline:
        _reap(pid)
        time.sleep(0.1)
    if find_pid(home, name):
        os.kill(pid, signal.SIGKILL)
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
    """Return the resident memory of a process, 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)


def tail(log: Path, lines: int = 20) -> str:
    """Return the last lines of a log."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"


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
