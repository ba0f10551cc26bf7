"""Whole sign-ins against the running platform, closed loop: the code flow from the first click to the page behind.

`bin/bench signin [--size full] [--quick]`. The last line is one line of JSON. A sign-in is a browser without cookies:
off to the bundled provider, its form, the password, back with a code, which the platform exchanges for tokens (over
HTTP, as with any provider), verifies, asks userinfo for, and then the first page of somebody who is signed in. People
and passwords are generated. CPU is what the web process (and PostgreSQL's processes for our database) used while it was
measured, the load is not in it; the time inside argon2id is counted by the web process itself, on the thread's own
CPU clock.
"""

import argparse
import html
import json
import multiprocessing
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import urlopen

from psutil import NoSuchProcess, Process

from bench.meter import cpu_seconds, family, postgres_processes
from deploy.run import ROOT, Platform, free_port

CLIENTS = 8
LOAD_PROCESSES = 2
GOAL = 0.5
FIELD = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
FORM = re.compile(r'<form method="post" action="([^"]*/oidc/[^"]+)"')
COUNTERS = ("lms_password_checks_total", "lms_password_check_cpu_seconds_total")


@dataclass
class Seen:
    """What the clients of one process saw within the measured time."""

    seconds: list[float] = field(default_factory=list)
    requests: int = 0
    errors: list[str] = field(default_factory=list)


class Visitor:
    """A browser: one connection, its cookies, redirects followed by hand."""

    def __init__(self, port: int) -> None:
        self.host, self.connection = f"localhost:{port}", HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.requests = 0

    def ask(self, method: str, address: str, fields: dict[str, str] | None = None) -> tuple[HTTPResponse, str]:
        """One request; the answer with its body."""
        parts = urlsplit(address)
        headers = {"Host": self.host, "Accept": "text/html", "User-Agent": "bench",
                   "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""),
                                urlencode(fields) if fields is not None else None, headers)
        answer = self.connection.getresponse()
        body = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.requests += 1
        return answer, body

    def sign_in(self, username: str, password: str) -> None:
        """From the button to the page behind it, as somebody who was never here; raises ValueError where it fails."""
        self.cookies = {}
        answer, _body = self.ask("GET", "/sign-in/start")
        answer, body = self.ask("GET", self._location(answer))
        token, form = FIELD.search(body), FORM.search(body)
        if not (token and form):
            raise ValueError(f"no form of the provider: {answer.status}")
        sent = {"csrf_token": html.unescape(token[1]), "username": username, "password": password}
        answer, body = self.ask("POST", html.unescape(form[1]), sent)
        answer, body = self.ask("GET", self._location(answer))
        answer, body = self.ask("GET", self._location(answer))
        if answer.status != 200 or "/sign-out" not in body:
            raise ValueError(f"the page behind the sign-in answered {answer.status}")

    def _location(self, answer: HTTPResponse) -> str:
        if answer.status not in (302, 303):
            raise ValueError(f"answered {answer.status} instead of leading on")
        return str(answer.headers["Location"])


def run_clients(results: Any, port: int, people: list[tuple[str, str]], warm_up: float, seconds: float) -> None:
    """A process of the load: its share of the people, each client signing in one after the other."""
    seen, each = Seen(), CLIENTS // LOAD_PROCESSES
    begin = time.perf_counter() + warm_up
    threads = [Thread(target=_one_client, args=(seen, port, people[number::each], begin, begin + seconds))
               for number in range(each)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(vars(seen))


def _one_client(seen: Seen, port: int, people: list[tuple[str, str]], begin: float, end: float) -> None:
    visitor, turn = Visitor(port), 0
    while (started := time.perf_counter()) < end:
        username, password = people[turn % len(people)]
        turn, before = turn + 1, visitor.requests
        try:
            visitor.sign_in(username, password)
        except (ValueError, OSError) as error:
            seen.errors.append(str(error)[:200])
            visitor = Visitor(port)
        finished = time.perf_counter()
        if started >= begin and finished <= end:
            seen.seconds.append(finished - started)
            seen.requests += visitor.requests - before


@dataclass
class Meter:
    """CPU seconds of the server, and its own count of password checks and of the CPU time inside them."""

    platform: Platform
    first: dict[str, float] = field(default_factory=dict)

    def start(self) -> None:
        """Begin to count."""
        self.first = self._read()

    def read(self) -> dict[str, float]:
        """What was used since."""
        now = self._read()
        return {name: now[name] - self.first[name] for name in now}

    def _read(self) -> dict[str, float]:
        with urlopen(f"{self.platform.base}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        told = dict(line.rsplit(" ", 1) for line in lines if line.startswith("lms_password_"))
        web = family(self.platform.processes["web"].pid)
        return {"web": cpu_seconds(web), "database": cpu_seconds(self._backends()),
                **{name: float(told.get(name, 0)) for name in COUNTERS}}

    def _backends(self) -> list[Process]:
        """PostgreSQL's processes that serve our database: the server may have other guests."""
        given = self.platform.environment
        if given["LMS_SIZE"] != "full":
            return []
        name = urlsplit(given["LMS_DATABASE_URL"]).path.strip("/")
        return [each for each in postgres_processes(given["LMS_DATABASE_URL"]) if name in _title(each)]


def _title(process: Process) -> str:
    try:
        return " ".join(process.cmdline())
    except NoSuchProcess:
        return ""


def people_of(platform: Platform, count: int) -> list[tuple[str, str]]:
    """(user name, password) of so many generated accounts, made through the services in a process of its own."""
    code = f"from bench.signin import make_people; make_people({count})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=platform.environment, check=True,
                          stdout=subprocess.PIPE)
    return [(name, password) for name, password in json.loads(done.stdout.splitlines()[-1])]


def make_people(count: int) -> None:
    """Make the accounts and print them as JSON."""
    from lms.app import create_app
    from lms.core.db import transaction
    from lms.core.permissions import SYSTEM
    from lms.identity.provider import services as provider

    made = [(f"hs{number:05}", secrets.token_urlsafe(15)) for number in range(count)]
    with create_app().app_context():
        for number, (username, password) in enumerate(made):
            with transaction():
                provider.save_account(SYSTEM, username=username, password=password, roles=("student",),
                                      name=f"Học sinh {number}")
    print(json.dumps(made))


def cost_of(platform: Platform) -> dict[str, Any]:
    """The cost at which this platform hashes, read from a hash that it made, and its time alone on this machine."""
    code = "from bench.signin import print_cost; print_cost()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=platform.environment, check=True,
                          stdout=subprocess.PIPE)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def print_cost() -> None:
    """Print time_cost, memory_kib, parallelism and the milliseconds of one check, when nothing else runs."""
    from argon2 import extract_parameters

    from lms.app import create_app
    from lms.identity.provider.passwords import hash_password, password_matches

    with create_app().app_context():
        hashed = hash_password("a password of the benchmark")
        times = []
        for _each in range(10):
            started = time.perf_counter()
            assert password_matches(hashed, "a password of the benchmark")
            times.append(time.perf_counter() - started)
    cost = extract_parameters(hashed)
    print(json.dumps({"time_cost": cost.time_cost, "memory_kib": cost.memory_cost, "parallelism": cost.parallelism,
                      "ms": round(1000 * sorted(times)[5], 2)}))


def measure(platform: Platform, people: list[tuple[str, str]], warm_up: float,
            seconds: float) -> tuple[Seen, dict[str, float]]:
    """Sign-ins at saturation, and what the server used for them."""
    context = multiprocessing.get_context("fork")
    results: Any = context.Queue()
    workers = [context.Process(target=run_clients, args=(results, platform.port, people[number::LOAD_PROCESSES],
                                                         warm_up, seconds)) for number in range(LOAD_PROCESSES)]
    for worker in workers:
        worker.start()
    time.sleep(warm_up)
    meter = Meter(platform)
    meter.start()
    time.sleep(seconds - 0.3)
    used = meter.read()
    told = [Seen(**results.get(timeout=warm_up + seconds + 120)) for _ in workers]
    for worker in workers:
        worker.join()
    whole = Seen([each for one in told for each in one.seconds], sum(one.requests for one in told),
                 [each for one in told for each in one.errors])
    return whole, used


def run(given: argparse.Namespace) -> dict[str, Any]:
    """Start the platform, measure, stop."""
    folder = Path(tempfile.mkdtemp(prefix="lms-bench-"))
    port = free_port()
    # full size: its services, but the provider is the bundled one, which is what is measured
    os.environ["LMS_OIDC_ISSUER"] = f"http://localhost:{port}/oidc"
    platform = Platform(given.size, port, folder / "data", own_names=f"lms_bench_{secrets.token_hex(4)}",
                        log_file=folder / "platform.log")
    try:
        platform.prepare(demo=False)
        people = people_of(platform, 100 if given.quick else 400)
        cost = cost_of(platform)
        platform.start()
        seconds = 10.0 if given.quick else 30.0
        seen, used = measure(platform, people, 4.0, seconds)
        return report(given.size, len(people), cost, seen, used, seconds)
    finally:
        platform.stop()
        if given.size == "full":
            platform.command("forget-everything", "--yes")
        shutil.rmtree(folder, ignore_errors=True)


def report(size: str, people: int, cost: dict[str, Any], seen: Seen, used: dict[str, float],
           seconds: float) -> dict[str, Any]:
    """The figures, and lines for a person."""
    checks, inside = (used[name] for name in COUNTERS)
    server = used["web"] + used["database"]
    ordered = sorted(seen.seconds) or [0.0]

    def percentile(share: float) -> float:
        return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)

    result = {
        "bench": "signin", "size": size, "accounts": people, "accounts_are": "generated", "clients": CLIENTS,
        "sign_ins": len(seen.seconds), "sign_ins_per_second": round(len(seen.seconds) / seconds, 2),
        "p50_ms": percentile(0.5), "p99_ms": percentile(0.99),
        "requests_per_sign_in": round(seen.requests / max(1, len(seen.seconds)), 2),
        "cpu_ms_per_sign_in": round(1000 * server / max(1.0, checks), 2),
        "database_cpu_ms_per_sign_in": round(1000 * used["database"] / max(1.0, checks), 2),
        "argon2id": {**cost, "cpu_ms": round(1000 * inside / max(1.0, checks), 2)},
        "argon2id_cpu_seconds": round(inside, 2), "server_cpu_seconds": round(server, 2),
        "argon2id_share": round(inside / server, 3) if server else None, "goal": GOAL, "errors": len(seen.errors),
    }
    told: Any = result["argon2id"]
    print(f"sign-ins    {result['sign_ins_per_second']:>8} a second, median {result['p50_ms']} ms, "
          f"p99 {result['p99_ms']} ms, {CLIENTS} clients, {people} generated accounts ({size})")
    print(f"cost        {result['cpu_ms_per_sign_in']:>8} CPU ms a sign-in, of that {told['cpu_ms']} in argon2id "
          f"({told['memory_kib']} KiB, {told['time_cost']} passes, {told['parallelism']} lane)")
    print(f"share       {result['argon2id_share']:>8} of the server's CPU time is argon2id (goal: over {GOAL})")
    for message in sorted(set(seen.errors))[:5]:
        print(f"error       {message}")
    return result


def main() -> int:
    """Measure; 1 if a sign-in failed."""
    parser = argparse.ArgumentParser(prog="bin/bench signin")
    parser.add_argument("--size", choices=("embedded", "full"), default=os.environ.get("LMS_SIZE", "embedded"))
    parser.add_argument("--quick", action="store_true", help="a shorter run")
    result = run(parser.parse_args())
    print(json.dumps(result))
    return 0 if result["sign_ins"] and not result["errors"] else 1


if __name__ == "__main__":
    sys.exit(main())
