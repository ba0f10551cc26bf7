"""Serve the platform on this machine: prepare the data, start web, worker and scheduler, stop them together."""

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
START_SECONDS = 120
STOP_SECONDS = 15
REVIVE_SECONDS = 5
ARGUMENTS_BEFORE = 4
"""What stands before the module in the command of a process."""
BROKERS = 4
"""Databases 1 to 4 of Redis are for platforms that take names of their own on shared services."""


def parse_arguments() -> argparse.Namespace:
    """The options of `bin/run`."""
    parser = argparse.ArgumentParser(prog="bin/run", description="Serve the platform with demo data.")
    parser.add_argument("--size", choices=("embedded", "full"), default=os.environ.get("LMS_SIZE", "embedded"))
    parser.add_argument("--port", type=int, help="default 8080; --check takes a free one")
    parser.add_argument("--data", type=Path, help="folder for all that is stored; default var/data")
    parser.add_argument("--no-demo", action="store_true", help="start empty")
    parser.add_argument("--check", action="store_true", help="walk the seven steps, then stop")
    return parser.parse_args()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def services_home() -> Path:
    """Where bin/services keeps its data and the addresses it serves."""
    return Path(os.environ.get("LMS_SERVICES_HOME", Path.home() / ".cache" / "lms-services"))


def services_environment() -> dict[str, str]:
    """The addresses that `bin/services up` wrote; exits with a message if there are none."""
    file = services_home() / "services.env"
    if not file.exists():
        sys.exit("the full size needs its services: run bin/services up first")
    lines = [line.split("=", 1) for line in file.read_text().splitlines() if "=" in line and line[0] != "#"]
    return {name.strip(): value.strip().strip("'\"") for name, value in lines}


def environment(size: str, port: int, data: Path) -> dict[str, str]:
    """The settings of the processes: what is set already wins."""
    given = {
        **os.environ,
        "LMS_SIZE": size,
        "LMS_DATA_FOLDER": str(data),
        "LMS_BASE_URL": os.environ.get("LMS_BASE_URL", f"http://localhost:{port}"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "C_FORCE_ROOT": "1",
    }  # messages carry JSON without content, so the superuser is safe with them
    if size == "full":
        given = {**services_environment(), **given}
    return given


class Platform:
    """The platform's processes, started and stopped together."""

    def __init__(self, size: str, port: int, data: Path, *, own_names: str = "", log_file: Path | None = None) -> None:
        self.port, self.data = port, data
        data.mkdir(parents=True, exist_ok=True)
        self.environment = environment(size, port, data)
        self.base = self.environment["LMS_BASE_URL"].rstrip("/")
        if size == "full" and own_names:
            self._take_own_names(own_names)
        self.log = log_file.open("ab") if log_file else None
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def _take_own_names(self, name: str) -> None:
        """A database, bucket, index prefix and broker of its own on the shared services."""
        given = self.environment
        for variable in ("LMS_DATABASE_URL", "LMS_EVENTS_URL"):
            given[variable] = given["LMS_DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"
        given["LMS_S3_BUCKET"], given["LMS_ELASTICSEARCH_PREFIX"] = name.replace("_", "-"), name
        broker = 1 + zlib.crc32(name.encode()) % BROKERS
        given["LMS_REDIS_URL"] = f"{given['LMS_REDIS_URL'].rsplit('/', 1)[0]}/{broker}"

    def command(self, *arguments: str) -> None:
        """Run `bin/lms ...` to its end; exits if it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "lms", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log or sys.stderr,
            stderr=self.log or sys.stderr,
        )
        if done.returncode:
            raise SystemExit(f"bin/lms {' '.join(arguments)} failed" + self.tail())

    def prepare(self, demo: bool) -> None:
        """Tables, storage, search index, demo data: each as far as it is missing."""
        self.command("prepare", *([] if demo else ["--no-demo"]))

    def start(self) -> None:
        """Start the three and wait until the web answers."""
        web = [
            "granian",
            "--interface",
            "wsgi",
            "--factory",
            "lms.app:create_app",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--workers",
            "1",
            "--blocking-threads",
            self.environment.get("LMS_WEB_THREADS", "32"),
            "--no-ws",
            "--log-level",
            "error",
        ]
        celery = ["celery", "-A", "worker.app", "--quiet"]
        self._start("web", *web)
        self._start(
            "worker",
            *celery,
            "worker",
            "--pool",
            "threads",
            "--concurrency",
            "2",
            "--loglevel",
            "WARNING",
            "--without-gossip",
            "--without-mingle",
        )
        self._start(
            "scheduler",
            *celery,
            "beat",
            "--loglevel",
            "WARNING",
            "--pidfile",
            "",
            "--schedule",
            str(self.data / "schedule"),
        )
        self.wait()

    def _start(self, name: str, module: str, *arguments: str) -> None:
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-W", "ignore::UserWarning:celery.platforms", "-m", module, *arguments],
            cwd=ROOT,
            env=self.environment,
            start_new_session=True,
            stdout=self.log or sys.stderr,
            stderr=self.log or sys.stderr,
        )

    def wait(self) -> None:
        """Until the web answers; exits if a process ends or nothing answers."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            ended = self.ended()
            if ended:
                raise SystemExit(f"{ended} ended while starting" + self.tail())
            try:
                with urlopen(f"{self.base}/health", timeout=2):
                    return
            except OSError:
                time.sleep(0.2)
        raise SystemExit("the web does not answer" + self.tail())

    def restart_web(self) -> None:
        """Kill the web as a crash would, and start it again on the same port."""
        os.killpg(self.processes["web"].pid, signal.SIGKILL)
        self.processes["web"].wait()
        while self.revive():
            pass
        self._restart("web")
        self.wait()

    def revive(self) -> str:
        """Start the worker or the scheduler again if it has ended, as when its broker failed; its name, if any."""
        ended = next((name for name, process in self.processes.items()
                      if name != "web" and process.poll() is not None), "")
        if ended:
            self._restart(ended)
        return ended

    def _restart(self, name: str) -> None:
        arguments = self.processes[name].args
        assert isinstance(arguments, list)
        self._start(name, *arguments[ARGUMENTS_BEFORE:])

    def ended(self) -> str:
        """The name of a process that has ended, if any."""
        return next((name for name, process in self.processes.items() if process.poll() is not None), "")

    def tail(self) -> str:
        """The end of the log, for a message."""
        if self.log is None:
            return ""
        return ":\n" + "\n".join(Path(self.log.name).read_text(errors="replace").splitlines()[-30:])

    def stop(self) -> None:
        """Ask all to end, then make them."""
        for process in self.processes.values():
            _signal(process, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        for process in self.processes.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()
            _signal(process, signal.SIGKILL)
        self.processes.clear()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def serve(given: argparse.Namespace) -> int:
    """Serve until Ctrl-C; 1 if the web died by itself."""
    platform = Platform(given.size, given.port or 8080, (given.data or ROOT / "var" / "data").absolute())
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", platform.port)) == 0:
            sys.exit(f"port {platform.port} is in use: choose another with --port")
    try:
        platform.prepare(demo=not given.no_demo)
        platform.start()
        print(f"\nThe platform serves at {platform.environment['LMS_BASE_URL']}  (Ctrl-C stops it)", flush=True)
        if not given.no_demo:
            names = "teacher, student, librarian, admin or department"
            print(f"Sign in as {names}; the password is demo-<name>.\n", flush=True)
        while (ended := platform.ended()) != "web":
            time.sleep(REVIVE_SECONDS if ended else 0.5)
            if revived := platform.revive():
                print(f"the {revived} had ended, and was started again", file=sys.stderr)
        print(f"the {ended} has ended; stopping", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        platform.stop()


def check(given: argparse.Namespace) -> int:
    """Walk the seven steps on a platform of its own; 0 if all passed."""
    from tests.walk.run import walk

    folder = Path(tempfile.mkdtemp(prefix="lms-check-"))
    name = f"lms_check_{secrets.token_hex(4)}"
    platform = Platform(
        given.size, given.port or free_port(), folder / "data", own_names=name, log_file=folder / "platform.log"
    )
    try:
        platform.prepare(demo=True)
        platform.start()
        failed = walk(platform.base)
        if failed:
            print(platform.tail(), file=sys.stderr)
        return 1 if failed else 0
    finally:
        platform.stop()
        if given.size == "full":
            platform.command("forget-everything", "--yes")
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Run or check."""
    given = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    return check(given) if given.check else serve(given)


if __name__ == "__main__":
    sys.exit(main())
