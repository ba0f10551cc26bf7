"""bin/services: the command line.

    bin/services up [name ...]       install what is missing, start what is down, write the settings
    bin/services status [name ...]   one line a service; fails unless all answer
    bin/services down [name ...]     stop them; data and tools stay

Names: postgresql, redis, elasticsearch, s3, keycloak (all of them when none is given). By environment:
LMS_SERVICES_HOME (folder), LMS_SERVICES_PORT_<NAME> (a port), LMS_JAVA_HOME (a JDK of 21 or later).
"""

import argparse
import concurrent.futures
import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from deploy.services.elasticsearch import Elasticsearch
from deploy.services.errors import ServiceError
from deploy.services.home import Home, default_folder, service_account
from deploy.services.keycloak import Keycloak
from deploy.services.packages import check_machine, install_debian_packages
from deploy.services.postgresql import PostgreSQL
from deploy.services.processes import find_pid, resident_mebibytes
from deploy.services.redis_server import Redis
from deploy.services.service import Service
from deploy.services.versitygw import ObjectStore

NAMES = ("postgresql", "redis", "elasticsearch", "s3", "keycloak")


def main(arguments: Sequence[str]) -> int:
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="bin/services", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("up", "status", "down"))
    parser.add_argument("names", nargs="*", metavar="name", help="only these services")
    asked = parser.parse_args(arguments)
    unknown = set(asked.names) - set(NAMES)
    if unknown:
        parser.error(f"no such service: {', '.join(sorted(unknown))}")
    os.umask(0o022)
    home = Home(default_folder(os.environ))
    try:
        return _COMMANDS[asked.command](home, asked.names or NAMES)
    except ServiceError as error:
        print(f"services: {error}", file=sys.stderr)
        return 1


def up(home: Home, names: Sequence[str]) -> int:
    """Bring services up, each in a thread of its own: one compiles while another downloads."""
    with _alone(home):
        if home.as_root:
            service_account()
        check_machine(home, names)
        installed = install_debian_packages(home, names)
        if installed:
            print(f"installed {', '.join(installed)}", flush=True)
        services = _services(home)
        chosen = [services[name] for name in names]
        with concurrent.futures.ThreadPoolExecutor(len(chosen)) as threads:
            failures = [failure for failure in threads.map(_bring_up, chosen) if failure]
        home.write_environment(_environment(home, services.values()))
    if failures:
        raise ServiceError("\n".join(failures))
    print(f"settings: {home.environment_file}")
    return 0


def status(home: Home, names: Sequence[str]) -> int:
    """Print one line a service; return 0 only if every one answers."""
    services = _services(home)
    healthy = True
    for name in names:
        pid = find_pid(home, name)
        if pid is None:
            print(f"{name:<14} stopped")
        else:
            word = "up" if services[name].answers() else "does not answer"
            print(
                f"{name:<14} {word:<16} port {services[name].port}  pid {pid}  {resident_mebibytes(pid)} MiB"
            )
            healthy = healthy and word == "up"
        healthy = healthy and pid is not None
    return 0 if healthy else 1


def down(home: Home, names: Sequence[str]) -> int:
    """Stop services, all at once."""
    with _alone(home):
        services = _services(home)
        with concurrent.futures.ThreadPoolExecutor(len(names)) as threads:
            for name, was_up in zip(
                names, threads.map(lambda name: services[name].stop(), names), strict=True
            ):
                print(f"{name:<14} {'stopped' if was_up else 'was not running'}")
    return 0


_COMMANDS: dict[str, Callable[[Home, Sequence[str]], int]] = {"up": up, "status": status, "down": down}


def _services(home: Home) -> dict[str, Service]:
    made: tuple[Service, ...] = (
        PostgreSQL(home),
        Redis(home),
        Elasticsearch(home),
        ObjectStore(home),
        Keycloak(home),
    )
    return {service.name: service for service in made}


def _bring_up(service: Service) -> str | None:
    """Install and start one service; return the reason of a failure rather than stop the others."""
    began = time.monotonic()
    try:
        service.install()
        built = time.monotonic()
        service.start()
    except (ServiceError, OSError) as error:
        return f"{service.name}: {error}"
    now = time.monotonic()
    print(
        f"{service.name:<14} up on port {service.port}  "
        f"(installed in {built - began:.0f} s, ready in {now - built:.0f} s)",
        flush=True,
    )
    return None


def _environment(home: Home, services: Iterable[Service]) -> dict[str, str]:
    values: dict[str, str] = {}
    for service in services:
        if find_pid(home, service.name) is not None:
            values |= service.settings()
    return values


@contextlib.contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Let one command at a time work on a home."""
    with (home.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
