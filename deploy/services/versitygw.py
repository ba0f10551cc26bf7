"""versitygw: an S3 service over a folder, built from its Go module."""

import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from deploy.services.errors import ServiceError
from deploy.services.home import Home
from deploy.services.packages import find_go
from deploy.services.processes import find_pid, run_logged, start_daemon, stop, wait_until

_MODULE = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"
_REGION = "us-east-1"
_BUCKET = "lms"
_ACCESS_KEY = "lms"


class ObjectStore:
    """The S3 service over a folder."""

    name = "s3"

    def __init__(self, home: Home) -> None:
        """Bind to a home; nothing is started."""
        self.home = home
        self.program = home.tools / "versitygw"

    @property
    def port(self) -> int:
        """The port on loopback."""
        return self.home.port(self.name, 17070, running=find_pid(self.home, self.name) is not None)

    def install(self) -> None:
        """Build the program; Go's caches are thrown away afterwards."""
        if self.program.exists():
            return
        go = find_go()
        if go is None:
            raise ServiceError("Go is needed to build the object store")
        with tempfile.TemporaryDirectory(dir=self.home.tools, prefix=".versitygw-") as folder:
            environment = {
                **os.environ,
                "GOPATH": f"{folder}/path",
                "GOCACHE": f"{folder}/cache",
                "GOBIN": f"{folder}/bin",
                "GOFLAGS": "-buildvcs=false -modcacherw -trimpath -ldflags=-s",
                "CGO_ENABLED": "0",
            }
            run_logged(
                [str(go), "install", _MODULE],
                self.home.logs("install-s3"),
                environment=environment,
                cwd=Path(folder),
            )
            built = Path(folder) / "bin" / "versitygw"
            built.chmod(0o755)
            built.replace(self.program)

    def start(self) -> None:
        """Start the service; `bin/lms prepare-storage` makes the bucket."""
        if find_pid(self.home, self.name) is None:
            folder = self.home.data(self.name)
            for part in ("objects", "versions", "accounts", "attributes"):
                (folder / part).mkdir(exist_ok=True)
                self.home.give(folder / part)
            environment = {
                **os.environ,
                "ROOT_ACCESS_KEY_ID": _ACCESS_KEY,
                "ROOT_SECRET_ACCESS_KEY": self._secret_key,
            }
            command = [
                str(self.program),
                "--region",
                _REGION,
                "--port",
                f"127.0.0.1:{self.port}",
                "--iam-dir",
                str(folder / "accounts"),
                "--health",
                "/healthz",
                "--quiet",
                "posix",
                "--versioning-dir",
                str(folder / "versions"),
                *self._attribute_flags(folder),
                str(folder / "objects"),
            ]
            start_daemon(self.home, self.name, command, cwd=folder, environment=environment)
        wait_until(self.home, self.name, self.answers, seconds=30)

    def stop(self) -> bool:
        """End it."""
        return stop(self.home, self.name)

    def answers(self) -> bool:
        """Ask for its health page."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def settings(self) -> Mapping[str, str]:
        """Return address, bucket and keys."""
        return {
            "LMS_S3_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "LMS_S3_BUCKET": _BUCKET,
            "LMS_S3_REGION": _REGION,
            "LMS_S3_ACCESS_KEY": _ACCESS_KEY,
            "LMS_S3_SECRET_KEY": self._secret_key,
        }

    @property
    def _secret_key(self) -> str:
        return self.home.secret("s3")

    @staticmethod
    def _attribute_flags(folder: Path) -> list[str]:
        """Keep objects' attributes in plain files where the file system has no extended attributes."""
        probe = folder / "objects" / ".probe"
        probe.touch()
        try:
            os.setxattr(probe, "user.lms", b"1")
        except OSError:
            return ["--sidecar", str(folder / "attributes")]
        finally:
            probe.unlink()
        return []
