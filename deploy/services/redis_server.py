"""Redis 7 from Debian: the broker, sessions, cache and limits."""

import os
import subprocess
from collections.abc import Mapping

from deploy.services.home import Home
from deploy.services.processes import find_pid, start_daemon, stop, wait_until


class Redis:
    """Redis with a password and an append-only file; it refuses writes rather than drop keys when full."""

    name = "redis"

    def __init__(self, home: Home) -> None:
        """Bind to a home; nothing is started."""
        self.home = home

    @property
    def port(self) -> int:
        """The port on loopback."""
        return self.home.port(self.name, 16379, running=find_pid(self.home, self.name) is not None)

    def install(self) -> None:
        """Nothing: Debian's package has it all."""

    def start(self) -> None:
        """Write the configuration (it holds the password, which a command line would show) and start."""
        if find_pid(self.home, self.name) is None:
            folder = self.home.data(self.name)
            configuration = folder / "redis.conf"
            configuration.write_text(
                f"bind 127.0.0.1\nport {self.port}\ndir {folder}\nrequirepass {self._password}\n"
                "appendonly yes\nmaxmemory 256mb\nmaxmemory-policy noeviction\ndaemonize no\n"
            )
            configuration.chmod(0o600)
            self.home.give(configuration)
            start_daemon(self.home, self.name, ["redis-server", str(configuration)], cwd=folder)
        wait_until(self.home, self.name, self.answers, seconds=30)

    def stop(self) -> bool:
        """End it; the append-only file is synced first."""
        return stop(self.home, self.name)

    def answers(self) -> bool:
        """PING."""
        done = subprocess.run(
            ["redis-cli", "-h", "127.0.0.1", "-p", str(self.port), "ping"],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
            env={**os.environ, "REDISCLI_AUTH": self._password},
        )
        return done.stdout.strip() == "PONG"

    def settings(self) -> Mapping[str, str]:
        """Return the URL with its password."""
        return {"LMS_REDIS_URL": f"redis://:{self._password}@127.0.0.1:{self.port}/0"}

    @property
    def _password(self) -> str:
        return self.home.secret("redis")
