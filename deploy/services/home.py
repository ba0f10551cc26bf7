"""The folder where the services' tools, data, ports and secrets live, outside the repository."""

import hashlib
import json
import os
import pwd
import secrets
import socket
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.services.errors import ServiceError

SERVICE_USER = "lms-services"


def default_folder(environment: Mapping[str, str]) -> Path:
    """Return LMS_SERVICES_HOME, or ~/.cache/lms-services."""
    chosen = environment.get("LMS_SERVICES_HOME")
    return (
        Path(chosen) if chosen else Path(environment.get("HOME") or Path.home()) / ".cache" / "lms-services"
    )


class Home:
    """Paths, remembered ports and secrets of one set of services.

    Run by root, the services themselves run as an ordinary user (PostgreSQL and Elasticsearch refuse
    root). That user often may not enter root's home folder; then tools and data go to a folder of the
    same set under /var/lib, and only the state and the environment file stay in `folder`.
    """

    def __init__(self, folder: Path) -> None:
        """Open (and make) the folder; no service is touched."""
        self.folder = folder.absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        self.as_root = os.geteuid() == 0
        self._lock = threading.Lock()
        self._state: dict[str, Any] = self._read_state()
        self.room = self._room()

    @property
    def environment_file(self) -> Path:
        """Where `up` writes the settings that `bin/run --size full` reads."""
        return self.folder / "services.env"

    @property
    def tools(self) -> Path:
        """Folder of what is downloaded or built, one subfolder a tool."""
        return self._made(self.room / "tools")

    def logs(self, name: str) -> Path:
        """Return the log file of an installation step or a service."""
        return self._made(self.room / "logs") / f"{name}.log"

    def data(self, name: str) -> Path:
        """Return the data folder of a service, made and owned by the service user."""
        path = self._made(self.room / "data" / name)
        self.give(path)
        path.chmod(0o700)
        return path

    def pid_file(self, name: str) -> Path:
        """Return where the process id of a service is kept."""
        return self._made(self.folder / "run") / f"{name}.pid"

    def give(self, path: Path) -> None:
        """Make a path the service user's; without root everything is ours already."""
        if self.as_root:
            account = service_account()
            os.chown(path, account.pw_uid, account.pw_gid)

    def give_tree(self, path: Path) -> None:
        """Make a path and everything below it the service user's."""
        self.give(path)
        for inside in path.rglob("*"):
            self.give(inside)

    def port(self, name: str, preferred: int, *, running: bool) -> int:
        """Return the port of a service: asked for, else remembered, else preferred, else any free one.

        A running service keeps the port that it has.
        """
        with self._lock:
            ports = self._state.setdefault("ports", {})
            asked = os.environ.get(f"LMS_SERVICES_PORT_{name.upper()}")
            known = ports.get(name)
            if running and known:
                return int(known)
            wanted = [int(port) for port in (asked, known, preferred) if port]
            port = next((port for port in wanted if _is_free(port)), None)
            if asked and port != int(asked):
                raise ServiceError(f"port {asked} (LMS_SERVICES_PORT_{name.upper()}) is in use")
            ports[name] = port or _free_port()
            self._write_state()
            return int(ports[name])

    def secret(self, name: str) -> str:
        """Return the secret of that name, made at its first use and kept."""
        with self._lock:
            kept = self._state.setdefault("secrets", {})
            if name not in kept:
                kept[name] = secrets.token_hex(16)
                self._write_state()
            return str(kept[name])

    def write_environment(self, values: Mapping[str, str]) -> None:
        """Write KEY=value lines, readable by this user only: they hold secrets."""
        _write_private(self.environment_file, "".join(f"{key}={value}\n" for key, value in values.items()))

    def _room(self) -> Path:
        if not self.as_root or _open_to_all(self.folder):
            return self.folder
        if "room" not in self._state:  # a folder made again where one was removed must not find the other's data
            earlier = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
            self._state["room"] = earlier if self._state else secrets.token_hex(6)
            self._write_state()
        return self._made(Path("/var/lib/lms-services") / str(self._state["room"]))

    def _read_state(self) -> dict[str, Any]:
        try:
            state = json.loads((self.folder / "state.json").read_text())
        except FileNotFoundError:
            return {}
        return state if isinstance(state, dict) else {}

    def _write_state(self) -> None:
        _write_private(self.folder / "state.json", json.dumps(self._state, indent=1))

    @staticmethod
    def _made(path: Path) -> Path:
        path.mkdir(parents=True, exist_ok=True)
        return path


def service_account() -> pwd.struct_passwd:
    """Return the account that services run under when root starts them, making it the first time."""
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        subprocess.run(
            [
                "useradd",
                "--system",
                "--user-group",
                "--no-create-home",
                "--shell",
                "/usr/sbin/nologin",
                SERVICE_USER,
            ],
            check=True,
        )
        return pwd.getpwnam(SERVICE_USER)


def _open_to_all(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_private(path: Path, text: str) -> None:
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
    partial.replace(path)
