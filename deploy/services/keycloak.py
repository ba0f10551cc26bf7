"""Keycloak, standing in for the ministry's OpenID provider.

Its realm file is the truth; its database is in memory. The realm's people have their family name in the
field of the first name: Keycloak makes the claim `name` of first and last, and a Vietnamese name begins
with the family's. They have fixed ids, because the platform knows a person by issuer and subject.
"""

import os
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from deploy.services.errors import ServiceError
from deploy.services.home import Home
from deploy.services.packages import download_artifact, find_jdk
from deploy.services.processes import find_pid, run_logged, start_daemon, stop, wait_until

_VERSION = "26.7.3"
_REALM = "lms"
_CLIENT = "lms"
_REALM_FILE = Path(__file__).resolve().parent.parent / "keycloak" / "realm.json"


class Keycloak:
    """The provider with the realm of deploy/keycloak/realm.json."""

    name = "keycloak"

    def __init__(self, home: Home) -> None:
        """Bind to a home; nothing is started."""
        self.home = home
        self.program = home.tools / f"keycloak-{_VERSION}"

    @property
    def port(self) -> int:
        """The port on loopback; the management interface has one of its own."""
        return self.home.port(self.name, 18080, running=find_pid(self.home, self.name) is not None)

    def install(self) -> None:
        """Download and unpack the distribution."""
        if self.program.exists():
            return
        with tempfile.TemporaryDirectory(dir=self.home.tools, prefix=".keycloak-") as folder:
            artifact = f"org.keycloak:keycloak-quarkus-dist:{_VERSION}:tar.gz"
            archive = download_artifact(self.home, self.name, artifact, Path(folder))
            run_logged(["tar", "-xzf", str(archive), "-C", folder], self.home.logs("install-keycloak"))
            unpacked = Path(folder) / f"keycloak-{_VERSION}"
            self.home.give_tree(unpacked)
            unpacked.replace(self.program)

    def start(self) -> None:
        """Start it with the realm, whose placeholder takes the client's secret from the environment."""
        if find_pid(self.home, self.name) is None:
            self._launch()
        wait_until(self.home, self.name, self.answers, seconds=420)

    def stop(self) -> bool:
        """End it; sessions and changed passwords are forgotten."""
        return stop(self.home, self.name)

    def answers(self) -> bool:
        """Ask for the realm's discovery document."""
        try:
            with urllib.request.urlopen(self._discovery, timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def settings(self) -> Mapping[str, str]:
        """Return issuer and client, and the administrator that tests of the provider itself need."""
        return {
            "LMS_OIDC_ISSUER": self._issuer,
            "LMS_OIDC_CLIENT_ID": _CLIENT,
            "LMS_OIDC_CLIENT_SECRET": self.home.secret("oidc_client"),
            "KEYCLOAK_URL": f"http://127.0.0.1:{self.port}",
            "KEYCLOAK_REALM": _REALM,
            "KEYCLOAK_ADMIN": "admin",
            "KEYCLOAK_ADMIN_PASSWORD": self.home.secret("keycloak_admin"),
        }

    @property
    def _discovery(self) -> str:
        return f"http://127.0.0.1:{self.port}/realms/{_REALM}/.well-known/openid-configuration"

    @property
    def _issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}/realms/{_REALM}"

    def _launch(self) -> None:
        jdk = find_jdk()
        if jdk is None:
            raise ServiceError("Keycloak needs a JDK: set LMS_JAVA_HOME")
        imports = self.program / "data" / "import"
        imports.mkdir(parents=True, exist_ok=True)
        shutil.copy(_REALM_FILE, imports / "realm.json")
        self.home.give_tree(self.program / "data")
        folder = self.home.data(self.name)
        management = self.home.port("keycloak_management", self.port + 1, running=False)
        command = [
            str(self.program / "bin" / "kc.sh"),
            "start-dev",
            "--import-realm",
            "--db=dev-mem",
            "--cache=local",
            "--http-host=127.0.0.1",
            f"--http-port={self.port}",
            f"--hostname=http://127.0.0.1:{self.port}",
            "--health-enabled=true",
            "--http-management-host=127.0.0.1",
            f"--http-management-port={management}",
        ]
        start_daemon(self.home, self.name, command, cwd=folder, environment=self._environment(jdk, folder))

    def _environment(self, jdk: Path, folder: Path) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "JAVA_HOME": str(jdk),
            "JAVA_OPTS_KC_HEAP": "-Xms128m -Xmx512m",
            "JAVA_OPTS_GC": "-XX:+UseSerialGC",
            "JAVA_OPTS_APPEND": "-Djava.net.preferIPv4Stack=true -XX:TieredStopAtLevel=1",
            "KC_BOOTSTRAP_ADMIN_USERNAME": "admin",
            "KC_BOOTSTRAP_ADMIN_PASSWORD": self.home.secret("keycloak_admin"),
            "LMS_OIDC_CLIENT_SECRET": self.home.secret("oidc_client"),
        }
