"""300 candidates write while web, database, Redis, worker, lines, disk and clock fail, one after the other.

`bin/bench chaos-exam [--minutes 5] [--size full|embedded] [--quick]`. PostgreSQL and Redis are a cluster and a server
of the bench's own (the others of the full size are the shared services). As root their files lie on a small file system
in memory that the bench fills; without root the disk is not filled, and the result says so. The clock is set by serving
the platform through `bench.chaos_app`. Each candidate keeps a ledger of what he was promised; afterwards the log is
read and compared with it. The last line is JSON: `acknowledged`, `lost`, `changed`, `duplicated`, `late_accepted`,
`kills` and more.
"""

import argparse
import json
import multiprocessing
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
from sqlalchemy.engine import make_url

from bench import exam_room
from bench.chaos_clients import Case, write_all
from bench.exam_room import Room
from bench.meter import family
from deploy.run import Platform, free_port, services_home
from deploy.services.home import Home
from deploy.services.postgresql import PostgreSQL
from deploy.services.processes import find_pid
from deploy.services.redis_server import Redis
from tests.faults.line import Line

DISK_MIB = 512
HELD_SECONDS = 5.0
CALM_SECONDS = 4.0
JUMP_SECONDS = 3600.0
LONGEST_SECONDS = 40.0
QUIET_END = 25.0
"""Nothing breaks any more for so long before the end, so that everybody can be told what became of his last answer."""


class Wards(Platform):
    """The platform with its clock, over lines that can be cut."""

    def _start(self, name: str, module: str, *arguments: str) -> None:
        given = [each.replace("lms.app:create_app", "bench.chaos_app:create_app") for each in arguments]
        super()._start(name, module, *given)

    def restart_worker(self) -> None:
        """Kill the worker of the jobs, and start another."""
        process = self.processes["worker"]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.revive()


class Scene:
    """Everything that can be broken."""

    def __init__(self, size: str, folder: Path, disk: Path | None) -> None:
        self.size, self.folder, self.disk = size, folder, disk
        self.kills: Counter[str] = Counter()
        self.clock = folder / "clock"
        self.home = Home(disk or folder / "services") if size == "full" else None
        self.databases: list[PostgreSQL | Redis] = [PostgreSQL(self.home), Redis(self.home)] if self.home else []
        os.environ["BENCH_CLOCK_FILE"] = str(self.clock)
        for each in self.databases:
            each.install()
            each.start()
        self.platform = self._platform()
        self.web_line = Line("127.0.0.1", self.platform.port)

    def _platform(self) -> Wards:
        port = free_port()
        os.environ["LMS_OIDC_ISSUER"] = f"http://localhost:{port}/oidc"
        made = Wards(self.size, port, self.folder / "data", own_names=f"lms_bench_{secrets.token_hex(4)}",
                     log_file=self.folder / "platform.log")
        self.line = None
        if self.databases:
            database, redis = self.databases
            self.line = Line("127.0.0.1", database.port)
            own = make_url(database.settings()["LMS_DATABASE_URL"]).set(
                port=self.line.port, database=f"lms_bench_{secrets.token_hex(4)}")
            address = own.render_as_string(hide_password=False)
            made.environment |= {"LMS_DATABASE_URL": address, "LMS_EVENTS_URL": address, **redis.settings()}
        elif self.disk:
            made.environment["LMS_EVENTS_URL"] = f"sqlite:///{self.disk / 'events.sqlite'}"
        return made

    def faults(self) -> dict[str, Callable[[], None]]:
        """What can be done here."""
        known: dict[str, Callable[[], None]] = {
            "web": self.platform.restart_web, "worker": self.platform.restart_worker,
            "network_cut": lambda: self._hold(self.web_line.cut, self.web_line.mend),
            "network_stalled": lambda: self._hold(self.web_line.stall, self.web_line.mend),
            "network_answers_lost": lambda: self._hold(self.web_line.deafen, self.web_line.mend),
            "clock_forward": lambda: self._jump(JUMP_SECONDS), "clock_back": lambda: self._jump(-JUMP_SECONDS)}
        if self.line is not None:
            line = self.line
            known |= {"database": lambda: self._kill(self.databases[0]), "redis": lambda: self._kill(self.databases[1]),
                      "database_line_cut": lambda: self._hold(line.cut, line.mend),
                      "database_answers_lost": lambda: self._hold(line.deafen, line.mend)}
        if self.disk is not None:
            known["disk_full"] = self._fill_disk
        return known

    def _kill(self, service: PostgreSQL | Redis) -> None:
        """SIGKILL to a server and all its processes, and start it again."""
        assert self.home is not None
        pid = find_pid(self.home, service.name)
        for process in family(pid) if pid else []:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        time.sleep(HELD_SECONDS / 2)
        service.start()

    def _hold(self, break_it: Callable[[], None], mend: Callable[[], None]) -> None:
        break_it()
        time.sleep(HELD_SECONDS)
        mend()

    def _jump(self, seconds: float) -> None:
        self.clock.write_text(str(seconds))
        time.sleep(HELD_SECONDS)
        self.clock.write_text("0")

    def _fill_disk(self) -> None:
        """Until there is no room for a byte; what the database does then is its own affair, but it must come back."""
        assert self.disk is not None
        filler = self.disk / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"\0" * 65_536)
        time.sleep(HELD_SECONDS * 2)
        filler.unlink()
        for each in self.databases:
            if not each.answers():
                each.start()

    def break_until(self, end: float, only: str | None = None) -> None:
        """One fault after the other in a new order each round, each mended before the next."""
        faults = {name: fault for name, fault in self.faults().items() if only in (None, name)}
        order: list[str] = []
        while time.time() < end:
            order = order or random.sample(sorted(faults), len(faults))
            name = order.pop()
            faults[name]()
            self.kills[name] += 1
            mended = time.monotonic()
            time.sleep(CALM_SECONDS)
            self.platform.revive()
            back = "serves again" if self._wait_for_web() else "does not serve"
            print(f"{time.strftime('%H:%M:%S')} {name}: {back} after {time.monotonic() - mended:.0f} s", flush=True)

    def _wait_for_web(self) -> bool:
        until = time.time() + LONGEST_SECONDS
        while time.time() < until:
            with suppress(OSError), urlopen(f"{self.platform.base}/health", timeout=5):
                return True
            time.sleep(0.5)
        return False

    def stop(self) -> None:
        """End everything that was started."""
        self.platform.stop()
        if self.size == "full":
            with suppress(SystemExit):
                self.platform.command("forget-everything", "--yes")
        self.web_line.cut()
        for each in self.databases:
            each.stop()


@contextmanager
def small_disk() -> Iterator[Path | None]:
    """A file system of a few hundred megabytes; None where this account may not mount one."""
    folder = Path(tempfile.mkdtemp(prefix="lms-chaos-", dir="/var/tmp"))
    folder.chmod(0o755)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=755", "tmpfs", folder],
                             capture_output=True).returncode == 0
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", folder], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def cases_of(scene: Scene, room: Room, begin: float, end: float) -> list[Case]:
    """Most only write; a third submits near the end; a tenth is out of time in the middle; some begin late."""
    span = end - begin
    late = [seat.id for seat in room.seats[::10]]
    deadline = begin + span / 2
    exam_room.ask(scene.platform, "move_deadlines", late, deadline)
    cases = [Case(seat, None, end, submit_at=end - QUIET_END * random.uniform(0.4, 2) if number % 3 == 1 else 0.0,
                  deadline=deadline if seat.id in late else 0.0) for number, seat in enumerate(room.seats)]
    return cases + [Case(None, waiting, end, begin_at=begin + random.uniform(0, span * 0.6))
                    for waiting in room.waiting]


def compare(ledgers: list[dict[str, Any]], logs: dict[str, Any]) -> dict[str, Any]:
    """The candidates' ledgers beside the log."""
    sums: Counter[str] = Counter()
    for mine in ledgers:
        told = logs.get(mine["attempt"], {"events": [], "whole": True, "closed": ""})
        stored = {seq: (hash_, payload) for seq, hash_, payload, _late in told["events"]}
        payloads = Counter(payload for _hash, payload in stored.values())
        sums["acknowledged"] += len(mine["acknowledged"]) + mine["started"]
        sums["lost"] += mine["started"] and mine["attempt"] != "" and 0 not in stored
        sums["changed"] += not told["whole"]
        sums["duplicated"] += sum(number - 1 for number in payloads.values())
        sums["late_accepted"] += mine["late_accepted"]
        sums["after_submission"] += mine["after_submission"]
        sums["starts"] += mine["started"]
        sums["submissions"] += mine["submitted"]
        sums["lost"] += mine["submitted"] and told["closed"] != "submitted"
        sums["told_late"] += mine["told_late"]
        sums["requests"] += mine["tries"]
        sums["unanswered"] += mine["failures"]
        sums["stored"] += max(0, len(stored) - 1)
        for seq, hash_, payload in mine["acknowledged"]:
            sums["lost"] += seq not in stored
            sums["changed"] += seq in stored and stored[seq] != (hash_, payload)
    return dict(sums)


def run(given: argparse.Namespace, folder: Path, disk: Path | None) -> dict[str, Any]:
    """Start, break, compare, stop."""
    scene = Scene(given.size, folder, disk)
    load = None
    try:
        scene.platform.prepare(demo=False)
        waiting = given.candidates // 10
        room = exam_room.room_of(scene.platform, begun=given.candidates - waiting, waiting=waiting)
        scene.platform.start()
        begin = time.time() + 5
        end = begin + given.minutes * 60 + QUIET_END
        cases = cases_of(scene, room, begin, end)
        context = multiprocessing.get_context("fork")
        results: Any = context.Queue()
        load = context.Process(target=write_all, args=(results, scene.web_line.port, room, cases,
                                                       scene.platform.base.split("//")[1]))
        load.start()
        scene.break_until(end - QUIET_END, given.only)
        ledgers = results.get(timeout=QUIET_END + 120)
        load.join()
        logs = exam_room.ask(scene.platform, "print_events", room.exam)
        problems = Counter(each for mine in ledgers for each in mine["problems"])
        return {**compare(ledgers, logs), "kills": sum(scene.kills.values()), "by_fault": dict(scene.kills),
                "problems": dict(problems), "disk": "tmpfs" if disk else "not filled: no right to mount"}
    finally:
        if load is not None:
            load.terminate()
        scene.stop()


def main() -> int:
    """Break things; 1 if anything that was acknowledged is lost, changed, there twice or counted late."""
    parser = argparse.ArgumentParser(prog="bin/bench chaos-exam")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--candidates", type=int, default=300)
    parser.add_argument("--size", choices=("embedded", "full"), default="full")
    parser.add_argument("--only", help="one fault again and again, to look into it")
    parser.add_argument("--quick", action="store_true", help="30 candidates, each fault about once")
    given = parser.parse_args()
    if given.quick:
        given.minutes, given.candidates = 2.5, 30
    if given.size == "full" and not (services_home() / "services.env").exists():
        sys.exit("the object store and the search of the full size are missing: run bin/services up first, or use "
                 "--size embedded")
    folder = Path(tempfile.mkdtemp(prefix="lms-bench-"))
    folder.chmod(0o755)
    try:
        with small_disk() as disk:
            result = run(given, folder, disk)
    except SystemExit:
        print((folder / "platform.log").read_text(errors="replace")[-3000:], file=sys.stderr)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{result['acknowledged']} acknowledged ({result['starts']} starts, {result['submissions']} submissions) in "
          f"{result['kills']} faults; {result['unanswered']} of {result['requests']} requests got no answer")
    print(json.dumps({"bench": "chaos-exam", "size": given.size, "minutes": given.minutes,
                      "candidates": given.candidates, **result}))
    bad = ("lost", "changed", "duplicated", "late_accepted", "after_submission")
    return 1 if any(result[name] for name in bad) else 0


if __name__ == "__main__":
    sys.exit(main())
