"""Single exam-answer saves against the running platform, closed loop, beside an empty route on the same server.

`bin/bench responses [--size full] [--quick]`. The last line is one line of JSON. Every save is durable before
its answer; afterwards the log is compared with the ledger of the load processes and chains are verified.
CPU is what the web process (and PostgreSQL's processes) used while it was measured; the load is told apart.
"""

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import psutil

from assessment.delivery.eventlog import event_hash
from bench.load import Outcome, Source, request_bytes, run_processes
from deploy.run import ROOT, Platform, free_port

CONNECTIONS = 32
LOAD_PROCESSES = 2
ATTEMPTS_EACH = 8
KINDS = ("single_choice",) * 30 + ("true_false",) * 4 + ("short_numeric",) * 6


@dataclass
class Seat:
    """One attempt: its token, its items, and the end of its chain."""

    id: str
    token: str
    items: list[str]
    seq: int
    prev: str


class Writer:
    """One connection: answers the items of its attempts in turn, one save a request."""

    def __init__(self, seats: list[Seat]) -> None:
        self.seats, self.turn, self.sent = seats, 0, ""
        self.totals = {"acknowledged": 0, "refused": 0}

    def next_request(self) -> bytes:
        """One more answer of the next attempt."""
        seat = self.seats[self.turn % len(self.seats)]
        payload = json.dumps({"item": seat.items[seat.seq % len(seat.items)], "response": f"o{seat.seq % 4 + 1}",
                              "ms": 700 + seat.seq})
        event = {"seq": seat.seq + 1, "prev": seat.prev, "payload": payload}
        self.sent = event_hash(seat.prev, seat.seq + 1, payload)
        return request_bytes(f"/api/v1/attempts/{seat.id}/events", json.dumps({"events": [event]}).encode(),
                             [("Authorization", f"Bearer {seat.token}")])

    def hear(self, status: int, body: bytes) -> None:
        """An acknowledged save moves its attempt on."""
        seat = self.seats[self.turn % len(self.seats)]
        self.turn += 1
        if status == 200 and self.sent.encode() in body:
            seat.seq, seat.prev = seat.seq + 1, self.sent
            self.totals["acknowledged"] += 1
        else:
            self.totals["refused"] += 1


class Idle:
    """One connection to the empty route; the body is as long as a save's."""

    request = request_bytes("/", json.dumps({"padding": "x" * 250}).encode())

    def next_request(self) -> bytes:
        """Always the same."""
        return self.request

    def hear(self, status: int, body: bytes) -> None:
        """Nothing to learn."""


def seats_of(platform: Platform, count: int) -> list[Seat]:
    """An exam with `count` candidates who have all begun, made through the services. Runs in its own process."""
    code = f"from bench.responses import make_seats; make_seats({count})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=platform.environment, check=True,
                          stdout=subprocess.PIPE)
    return [Seat(**one) for one in json.loads(done.stdout.splitlines()[-1])]


def make_seats(count: int) -> None:
    """Make the exam and print its seats as JSON."""
    from assessment.delivery import services as delivery
    from lms.app import create_app
    from lms.core.db import db, transaction
    from tests.factories.delivery import make_exam

    with create_app().app_context():
        with transaction():
            given = make_exam(students=count, kinds=KINDS)
        items = [str(item.form_item_id) for item in given.paper.items if item.type == "single_choice"]
        seats = []
        for student in given.students:
            delivery.start_attempt(student, given.exam.id, device="bench")
            desk = delivery.find_desk(student, given.exam.id, device="bench")
            assert desk is not None
            seats.append(vars(Seat(str(desk.mine.attempt.id), desk.token, items, 0, desk.state["hash"])))
            db.session.commit()
    print(json.dumps(seats))


def check_log(platform: Platform, seats: Sequence[Seat]) -> tuple[int, int]:
    """(answers in the log, broken chains) of these attempts, read in a process of its own."""
    code = f"from bench.responses import print_log; print_log({[seat.id for seat in seats]!r})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=platform.environment, check=True,
                          stdout=subprocess.PIPE)
    stored, broken = json.loads(done.stdout.splitlines()[-1])
    return stored, broken


def print_log(attempt_ids: list[str]) -> None:
    """Print [answers stored, chains that do not verify]."""
    from uuid import UUID

    from assessment.delivery.current_log import event_log
    from assessment.delivery.services import find_attempt
    from lms.app import create_app

    stored = broken = 0
    with create_app().app_context():
        for each in attempt_ids:
            attempt = find_attempt(UUID(each))
            assert attempt is not None
            report = event_log().verify_chain(attempt.sitting_id, attempt.id)
            stored += report.events - 1
            broken += not report.whole
    print(json.dumps([stored, broken]))


class Meter:
    """CPU seconds of the server's processes and the log's counters, since it was started."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.web = family(platform.processes["web"].pid)
        self.address = platform.environment["LMS_EVENTS_URL"] if platform.environment["LMS_SIZE"] == "full" else ""
        self.database = postgres_processes(self.address) if self.address else []

    def start(self) -> None:
        """Begin to count."""
        self.first = self._read()

    def read(self) -> dict[str, float]:
        """What was used since."""
        now = self._read()
        return {name: now[name] - self.first[name] for name in now}

    def _read(self) -> dict[str, float]:
        if self.database:
            self.database = postgres_processes(self.address)
        return {"web_cpu": cpu_seconds(self.web), "database_cpu": cpu_seconds(self.database), **self._counters()}

    def _counters(self) -> dict[str, float]:
        with urlopen(f"{self.platform.base}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        values = dict(line.rsplit(" ", 1) for line in lines if line.startswith("lms_exam_event_"))
        return {name: float(values.get(f"lms_exam_event_{name}_total", 0))
                for name in ("appends", "statements", "commits")}


def family(pid: int) -> list[psutil.Process]:
    """A process and all below it."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def postgres_processes(url: str) -> list[psutil.Process]:
    """The PostgreSQL server that listens at this address, and all its processes."""
    port = urlsplit(url).port or 5432
    listening = [each.pid for each in psutil.net_connections("tcp")
                 if each.pid and each.status == psutil.CONN_LISTEN and each.laddr.port == port]
    return family(listening[0]) if listening else []


def cpu_seconds(processes: Sequence[psutil.Process]) -> float:
    """What these processes have used so far."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def measure_empty(seconds: float) -> Outcome:
    """The empty route, on the same server with the same options."""
    port = free_port()
    arguments = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "bench.empty:create_app",
                 "--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--no-ws", "--log-level", "warning",
                 "--blocking-threads", os.environ.get("LMS_WEB_THREADS", "32")]
    server = subprocess.Popen(arguments, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        wait_for(port)
        return run_processes(port, lambda _number: [Idle() for _ in range(CONNECTIONS // LOAD_PROCESSES)],
                             processes=LOAD_PROCESSES, warm_up=1, seconds=seconds)
    finally:
        server.terminate()
        server.wait()


def wait_for(port: int) -> None:
    """Until the server at `port` answers anything."""
    import socket
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the empty route does not answer")


def measure_saves(platform: Platform, seats: list[Seat], seconds: float) -> tuple[Outcome, dict[str, float]]:
    """Saves at saturation, and what the server used for them."""
    each = len(seats) // CONNECTIONS
    shares = [seats[start:start + each] for start in range(0, each * CONNECTIONS, each)]

    def sources(number: int) -> list[Source]:
        return [Writer(share) for share in shares[number::LOAD_PROCESSES]]

    meter = Meter(platform)
    used: dict[str, float] = {}
    make: Callable[[int], Sequence[Source]] = sources
    outcome = run_processes(platform.port, make, processes=LOAD_PROCESSES, warm_up=2, seconds=seconds,
                            between=lambda: _meter_for(meter, seconds, used))
    return outcome, used


def _meter_for(meter: Meter, seconds: float, used: dict[str, float]) -> None:
    meter.start()
    time.sleep(seconds - 0.3)
    used.update(meter.read())


def run(given: argparse.Namespace) -> dict[str, Any]:
    """Start the platform, measure, check, stop."""
    folder = Path(tempfile.mkdtemp(prefix="lms-bench-"))
    platform = Platform(given.size, free_port(), folder / "data", own_names=f"lms_bench_{secrets.token_hex(4)}",
                        log_file=folder / "platform.log")
    seconds = 4.0 if given.quick else 12.0
    try:
        platform.prepare(demo=False)
        seats = seats_of(platform, CONNECTIONS * (2 if given.quick else ATTEMPTS_EACH))
        platform.start()
        before = measure_empty(seconds / 2)
        saves, used = measure_saves(platform, seats, seconds)
        after = measure_empty(seconds / 2)
        stored, broken = check_log(platform, seats)
        return report(given.size, (before, after), saves, used, stored, broken)
    finally:
        platform.stop()
        if given.size == "full":
            platform.command("forget-everything", "--yes")
        shutil.rmtree(folder, ignore_errors=True)


def report(size: str, empty: tuple[Outcome, Outcome], saves: Outcome, used: dict[str, float], stored: int,
           broken: int) -> dict[str, Any]:
    """The figures, and lines for a person."""
    empty_rate = sum(one.per_second for one in empty) / len(empty)
    appends = max(1.0, used["appends"])
    result = {
        "bench": "responses", "size": size, "connections": CONNECTIONS,
        "saves_per_second": round(saves.per_second, 1), "median_ms": round(saves.percentile(0.5), 2),
        "p99_ms": round(saves.percentile(0.99), 2),
        "cpu_ms_per_save": round(1000 * (used["web_cpu"] + used["database_cpu"]) / appends, 3),
        "web_cpu_ms_per_save": round(1000 * used["web_cpu"] / appends, 3),
        "database_cpu_ms_per_save": round(1000 * used["database_cpu"] / appends, 3),
        "statements_per_save": round(used["statements"] / appends, 3),
        "saves_per_commit": round(appends / max(1.0, used["commits"]), 2),
        "empty_route_per_second": round(empty_rate, 1),
        "ratio_to_empty_route": round(saves.per_second / empty_rate, 3) if empty_rate else None,
        "errors": saves.errors, "acknowledged": saves.totals["acknowledged"], "stored": stored,
        "broken_chains": broken, "load_cpu_ms_per_save": round(1000 * saves.cpu_seconds / max(1, saves.requests), 3),
    }
    print(f"saves       {result['saves_per_second']:>9} a second, median {result['median_ms']} ms, "
          f"p99 {result['p99_ms']} ms, {CONNECTIONS} connections, each durable before its answer ({size})")
    print(f"cost        {result['cpu_ms_per_save']:>9} CPU ms a save (web and database), "
          f"{result['statements_per_save']} statements, {result['saves_per_commit']} saves a commit")
    print(f"empty route {result['empty_route_per_second']:>9} a second on the same server: "
          f"ratio {result['ratio_to_empty_route']}")
    print(f"ledger      {result['acknowledged']:>9} acknowledged, {stored} in the log, {broken} broken chains")
    return result


def main() -> int:
    """Measure; 1 if anything was refused, lost or broken."""
    parser = argparse.ArgumentParser(prog="bin/bench responses")
    parser.add_argument("--size", choices=("embedded", "full"), default=os.environ.get("LMS_SIZE", "embedded"))
    parser.add_argument("--quick", action="store_true", help="a shorter run")
    result = run(parser.parse_args())
    print(json.dumps(result))
    whole = not result["errors"] and not result["broken_chains"] and result["stored"] == result["acknowledged"]
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
