"""PostgreSQL 15 from Debian, in a cluster of its own, with fsync and synchronous_commit on."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.services.home import Home
from deploy.services.processes import find_pid, run_logged, start_daemon, stop, wait_until

_BIN = Path("/usr/lib/postgresql/15/bin")
_ROLE = "lms"
_DATABASE = "lms"


class PostgreSQL:
    """The database; its role may create databases, which the tests do."""

    name = "postgresql"

    def __init__(self, home: Home) -> None:
        """Bind to a home; nothing is started."""
        self.home = home

    @property
    def port(self) -> int:
        """The port on loopback."""
        return self.home.port(self.name, 15432, running=find_pid(self.home, self.name) is not None)

    def install(self) -> None:
        """Make the cluster; the programs come with Debian's packages."""
        folder = self.home.data(self.name)
        if (folder / "cluster" / "PG_VERSION").exists():
            return
        password = folder / "password"
        password.write_text(self._password)
        password.chmod(0o600)
        self.home.give(password)
        try:
            run_logged(
                [
                    str(_BIN / "initdb"),
                    "-D",
                    str(folder / "cluster"),
                    "-U",
                    _ROLE,
                    f"--pwfile={password}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--data-checksums",
                ],
                self.home.logs("install-postgresql"),
                as_service_user=True,
                home=self.home,
                cwd=folder,
            )
        finally:
            password.unlink()

    def start(self) -> None:
        """Start the server and make the platform's database."""
        if find_pid(self.home, self.name) is None:
            folder = self.home.data(self.name)
            options = {
                "listen_addresses": "127.0.0.1",
                "port": self.port,
                "unix_socket_directories": folder,
                "fsync": "on",
                "synchronous_commit": "on",
                "full_page_writes": "on",
                "max_connections": 200,
                "shared_buffers": "128MB",
                "timezone": "UTC",
                "log_timezone": "UTC",
            }
            flags = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
            start_daemon(
                self.home,
                self.name,
                [str(_BIN / "postgres"), "-D", str(folder / "cluster"), *flags],
                cwd=folder,
            )
        wait_until(self.home, self.name, self.answers, seconds=120)
        if _DATABASE not in self._ask("select datname from pg_database").splitlines():
            self._ask(f'create database "{_DATABASE}"')

    def stop(self) -> bool:
        """End it by a fast shutdown: sessions are cut, everything committed is on disk."""
        return stop(self.home, self.name, signal.SIGINT)

    def answers(self) -> bool:
        """Run a query."""
        return self._ask("select 1") == "1"

    def settings(self) -> Mapping[str, str]:
        """Return the main database's URL, which also keeps the event log."""
        url = f"postgresql+psycopg://{_ROLE}:{self._password}@127.0.0.1:{self.port}/{_DATABASE}"
        return {"LMS_DATABASE_URL": url, "LMS_EVENTS_URL": url}

    @property
    def _password(self) -> str:
        return self.home.secret("postgresql")

    def _ask(self, statement: str) -> str:
        done = subprocess.run(
            [
                _BIN / "psql",
                "-h",
                "127.0.0.1",
                "-p",
                str(self.port),
                "-U",
                _ROLE,
                "-d",
                "postgres",
                "-Atqc",
                statement,
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
            env={**os.environ, "PGPASSWORD": self._password, "PGCONNECT_TIMEOUT": "5"},
        )
        return done.stdout.strip()
