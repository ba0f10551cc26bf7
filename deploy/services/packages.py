"""What the machine must have: Debian packages, a JDK, Maven and Go."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from deploy.services.errors import ServiceError
from deploy.services.home import Home
from deploy.services.processes import run_logged

DEBIAN_PACKAGES = ("postgresql-15", "postgresql-client-15", "redis-server", "redis-tools")
JDK_FROM = 21
GO_FROM = (1, 21)  # from here on Go fetches by itself the newer toolchain that a module asks for
COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
_POLICY = Path("/usr/sbin/policy-rc.d")
_NO_CLUSTER = Path("/etc/postgresql-common/createcluster.conf")


def missing_debian_packages(names: Iterable[str]) -> list[str]:
    """Return which of these packages are not installed."""
    return [name for name in names if not _is_installed(name)]


def check_machine(home: Home, names: Sequence[str]) -> None:
    """Raise ServiceError naming everything that the services `names` lack here, before anything is begun."""
    problems: list[str] = []
    packages = missing_debian_packages(_packages_of(names))
    if packages and not home.as_root:
        problems.append(f"Debian packages {', '.join(packages)} (run as root once, or install them)")
    if packages and not shutil.which("apt-get"):
        problems.append("apt-get (this is made for Debian 12)")
    if {"elasticsearch", "keycloak"} & set(names):
        if find_jdk() is None:
            problems.append(
                f"a full JDK of version {JDK_FROM} or later (looked in LMS_JAVA_HOME, /usr/lib/jvm, /opt)"
            )
        if not shutil.which("mvn") and not home.as_root:
            problems.append("Maven (mvn)")
    if "s3" in names and not (home.tools / "versitygw").exists() and find_go() is None:
        problems.append(f"Go {'.'.join(map(str, GO_FROM))} or later (looked in PATH and /usr/local/go)")
    if problems:
        raise ServiceError("this machine lacks:\n  - " + "\n  - ".join(problems))


def install_debian_packages(home: Home, names: Sequence[str]) -> list[str]:
    """Install what is missing for the services `names`, without letting the packages start daemons."""
    wanted = list(_packages_of(names))
    if {"elasticsearch", "keycloak"} & set(names) and not shutil.which("mvn"):
        wanted.append("maven")
    missing = missing_debian_packages(wanted)
    if missing:
        with _QuietInstallation():
            _apt(home, missing)
    return missing


def find_jdk() -> Path | None:
    """Return the newest full JDK (a JRE lacks modules that Elasticsearch needs), None without one."""
    asked = os.environ.get("LMS_JAVA_HOME")
    folders = [Path(asked)] if asked else [*Path("/usr/lib/jvm").glob("*"), *Path("/opt").glob("*j*")]
    versions = {folder: _java_version(folder) for folder in folders if (folder / "bin" / "javac").exists()}
    best = max(versions, key=lambda folder: versions[folder], default=None)
    return best if best and versions[best] >= JDK_FROM else None


def find_go() -> Path | None:
    """Return a Go command that is new enough, None without one."""
    for found in (shutil.which("go"), "/usr/local/go/bin/go"):
        if found and Path(found).exists() and _go_version(Path(found)) >= GO_FROM:
            return Path(found)
    return None


def download_artifact(home: Home, name: str, artifact: str, into: Path) -> Path:
    """Fetch one Maven artifact (group:name:version:type) to the folder `into`; return the file.

    Maven's own repository is a throw-away folder inside `into`: these archives are large and used once.
    """
    jdk = find_jdk()
    environment = {**os.environ, **({"JAVA_HOME": str(jdk)} if jdk else {})}
    command = [
        "mvn",
        "-q",
        "-B",
        "-ntp",
        "-C",
        "-Dstyle.color=never",
        f"-Dmaven.repo.local={into / 'repository'}",
        COPY_GOAL,
        f"-Dartifact={artifact}",
        f"-DoutputDirectory={into / 'copied'}",
    ]
    try:
        run_logged(command, home.logs(f"install-{name}"), environment=environment, cwd=into)
    except ServiceError:
        run_logged(command, home.logs(f"install-{name}"), environment=environment, cwd=into)
    return next((into / "copied").iterdir())


class _QuietInstallation:
    """Keeps Debian's packages from starting a daemon or making a database cluster of their own."""

    def __enter__(self) -> None:
        self.made = not _POLICY.exists()
        if self.made:
            _POLICY.write_text("#!/bin/sh\nexit 101\n")
            _POLICY.chmod(0o755)
        if not _NO_CLUSTER.exists():
            _NO_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
            _NO_CLUSTER.write_text("create_main_cluster = false\n")

    def __exit__(self, *_: object) -> None:
        if self.made:
            _POLICY.unlink(missing_ok=True)


def _packages_of(names: Sequence[str]) -> Iterable[str]:
    prefixes = {"postgresql": "postgresql", "redis": "redis"}
    return (
        package
        for package in DEBIAN_PACKAGES
        if any(name in names and package.startswith(prefix) for name, prefix in prefixes.items())
    )


def _apt(home: Home, missing: Sequence[str]) -> None:
    log = home.logs("install-packages")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [
        "apt-get",
        "-o",
        "DPkg::Lock::Timeout=600",
        "-qq",
        "install",
        "-y",
        "--no-install-recommends",
        *missing,
    ]
    try:
        run_logged(install, log, environment=environment)
    except ServiceError:  # most often: no package lists yet, or lists older than the mirror
        run_logged(["apt-get", "-qq", "update"], log, environment=environment)
        run_logged(install, log, environment=environment)


def _is_installed(name: str) -> bool:
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f=${Status}", name], capture_output=True, text=True, check=False
    )
    return "ok installed" in asked.stdout


def _java_version(folder: Path) -> int:
    told = subprocess.run(
        [folder / "bin" / "java", "-version"], capture_output=True, text=True, check=False
    ).stderr
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0


def _go_version(command: Path) -> tuple[int, int]:
    told = subprocess.run([command, "version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"go(\d+)\.(\d+)", told)
    return (int(found[1]), int(found[2])) if found else (0, 0)
