"""A whole exam against the running platform, on PostgreSQL and on SQLite in one run, beside the machine's own limits.

`bin/bench exam [--quick] [--only full|embedded]`. For each database: saves at saturation (32 connections, closed loop,
each save durable before its answer), p50 and p99 at half of that (open loop), CPU and statements a save, memory over
minutes at half load, a burst of starts and one of submissions within ten seconds, whole journeys (sign-in with a
password, start, 60 saves, submission) closed and open loop; and beside them an empty Flask route on each server and
durable inserts in groups by a loop with nothing around it. Saturation and the empty route take turns, a few seconds
each, because a machine shared with others is faster in one minute than in the next: `ratio_to_empty_route` is the
median of the rounds, each against the empty route right before and right after it. The load runs in processes of its
own; CPU is what the web and the database used, the load's is told apart. Afterwards the log is compared with what the
load was told, and every chain is verified. The last line is JSON: PostgreSQL's figures on top, SQLite's under `sqlite`.
"""

import argparse
import json
import os
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from assessment.delivery.eventlog import event_hash
from bench import exam_room, limits
from bench.exam_room import Room, Seat
from bench.journeys import measure_journeys
from bench.limits import CONNECTIONS, LOAD_PROCESSES
from bench.load import GIVE_UP_SECONDS, Outcome, Source, request_bytes, run_processes, together
from bench.meter import Meter
from deploy.run import Platform, free_port, services_home

BURST_SECONDS = 10
BURST_CONNECTIONS = 128


@dataclass(frozen=True)
class Plan:
    """How much of everything is measured; `seconds` are those of one round at saturation."""

    rounds: int
    seconds: float
    seats: int
    burst: int
    journeys: int
    memory_minutes: float


QUICK = Plan(rounds=1, seconds=4, seats=CONNECTIONS * 2, burst=300, journeys=16, memory_minutes=0.15)
WHOLE = Plan(rounds=5, seconds=5, seats=CONNECTIONS * 8, burst=5_000, journeys=60, memory_minutes=1)


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
        self.sent = event_hash(seat.prev, seat.seq + 1, payload)
        return save_request(seat, payload)

    def hear(self, status: int, body: bytes) -> None:
        """An acknowledged save moves its attempt on."""
        seat = self.seats[self.turn % len(self.seats)]
        self.turn += 1
        if status == 200 and self.sent.encode() in body:
            seat.seq, seat.prev = seat.seq + 1, self.sent
            self.totals["acknowledged"] += 1
        else:
            self.totals["refused"] += 1


class Burst:
    """One connection of a burst: sends its share of requests, one after the other, each once."""

    def __init__(self, requests: Sequence[bytes]) -> None:
        self.requests: Iterator[bytes] = iter(requests)

    def next_request(self) -> bytes:
        """The next; empty when all are sent."""
        return next(self.requests, b"")

    def hear(self, status: int, body: bytes) -> None:
        """The loop counts errors."""


def save_request(seat: Seat, payload: str) -> bytes:
    """The request that appends `payload` to an attempt."""
    event = {"seq": seat.seq + 1, "prev": seat.prev, "payload": payload}
    return request_bytes(f"/api/v1/attempts/{seat.id}/events", json.dumps({"events": [event]}).encode(),
                         [("Authorization", f"Bearer {seat.token}")])


def measure_saves(port: int, seats: list[Seat], seconds: float, rate: float = 0.0,
                  between: Callable[[], object] | None = None) -> Outcome:
    """Saves on 32 connections: closed loop, or so many a second as `rate` says."""
    shares = [seats[number::CONNECTIONS] for number in range(CONNECTIONS)]

    def sources(number: int) -> list[Source]:
        return [Writer(share) for share in shares[number::LOAD_PROCESSES]]

    return run_processes(port, sources, processes=LOAD_PROCESSES, warm_up=2, seconds=seconds, rate=rate,
                         between=between)


def measure_burst(platform: Platform, requests: Sequence[bytes]) -> tuple[Outcome, float]:
    """All of these within ten seconds, on connections that a front server would keep; with CPU ms for each."""
    shares = [requests[number::BURST_CONNECTIONS] for number in range(BURST_CONNECTIONS)]

    def sources(number: int) -> list[Source]:
        return [Burst(share) for share in shares[number::LOAD_PROCESSES]]

    meter = Meter(platform)
    meter.start()
    seen = run_processes(platform.port, sources, processes=LOAD_PROCESSES, warm_up=0,
                         seconds=BURST_SECONDS + GIVE_UP_SECONDS, rate=len(requests) / BURST_SECONDS)
    used = meter.read()
    return seen, round(1000 * (used["web_cpu"] + used["database_cpu"]) / max(1, seen.requests), 2)


def start_requests(platform: Platform, room: Room) -> list[bytes]:
    """The click on "Begin now" of everybody whose page waits with its token, as `waiting.js` sends it."""
    host = platform.base.split("//")[1]
    return [request_bytes(f"/exams/{room.exam}/start", urlencode({"csrf_token": token}).encode(),
                          [("Cookie", cookies), ("Accept", "application/json"), ("X-Exam-Ready", ready)],
                          "application/x-www-form-urlencoded", host=host) for cookies, token, ready in room.waiting]


def submit_requests(seats: Sequence[Seat]) -> list[bytes]:
    """The submission of each attempt."""
    return [save_request(seat, json.dumps({"submit": True, "ms": 900 + seat.seq, "unanswered": 40})) for seat in seats]


@dataclass
class Saturation:
    """Rounds of saves at saturation: what the load saw, and what the server used for it."""

    rounds: list[Outcome] = field(default_factory=list)
    empty: list[dict[str, float]] = field(default_factory=list)
    """The empty route by server: before the first round and after each."""
    used: Counter[str] = field(default_factory=Counter)

    def ratios(self) -> list[float]:
        """Of each round: to the fastest server's empty route, as that was right before and right after it."""
        fastest = [max(each.values()) for each in self.empty]
        return [round(2 * seen.per_second / (fastest[number] + fastest[number + 1]), 3)
                for number, seen in enumerate(self.rounds)]

    def describe(self) -> dict[str, Any]:
        """All rounds together; the ratio is their median."""
        used = self.used
        seen = together(self.rounds, seconds=sum(one.seconds for one in self.rounds))
        appends = max(1.0, used["appends"])
        return {"saves_per_s": round(seen.per_second, 1), "p50_ms": round(seen.percentile(0.5), 2),
                "p99_ms": round(seen.percentile(0.99), 2),
                "cpu_ms_per_save": round(1000 * (used["web_cpu"] + used["database_cpu"]) / appends, 3),
                "web_cpu_ms_per_save": round(1000 * used["web_cpu"] / appends, 3),
                "database_cpu_ms_per_save": round(1000 * used["database_cpu"] / appends, 3),
                "load_cpu_ms_per_save": round(1000 * seen.cpu_seconds / max(1, seen.requests), 3),
                "statements_per_save": round(used["statements"] / appends, 3),
                "saves_per_commit": round(appends / max(1.0, used["commits"]), 2),
                "ratio_to_empty_route": statistics.median(self.ratios()), "ratio_rounds": self.ratios(),
                "empty_route_per_s": {name: round(statistics.mean(each[name] for each in self.empty), 1)
                                      for name in self.empty[0]},
                "errors": seen.errors, "acknowledged": seen.totals["acknowledged"]}


def saturate(platform: Platform, room: Room, plan: Plan) -> dict[str, Any]:
    """Saves at saturation and the empty route by turns."""
    meter, whole = Meter(platform), Saturation(empty=[limits.measure_empty_routes(plan.seconds / 2)])

    def count() -> None:
        meter.start()
        time.sleep(plan.seconds - 0.3)
        whole.used.update(meter.read())

    for _ in range(plan.rounds):
        whole.rounds.append(measure_saves(platform.port, room.seats, plan.seconds, between=count))
        whole.empty.append(limits.measure_empty_routes(plan.seconds / 2))
        room.seats = own_seats(platform, room)
    return whole.describe()


def half_load(platform: Platform, room: Room, plan: Plan, rate: float) -> dict[str, Any]:
    """Latencies and memory at half of the saves a second that saturation reached."""
    meter, memory = Meter(platform), [0.0]

    def weigh() -> None:
        memory[0] = meter.resident_mib()

    seen = measure_saves(platform.port, room.seats, plan.memory_minutes * 60, rate / 2, between=weigh)
    return {"p50_ms_half_load": round(seen.percentile(0.5), 2), "p99_ms_half_load": round(seen.percentile(0.99), 2),
            "half_load_per_s": round(seen.per_second, 1), "half_load_minutes": plan.memory_minutes,
            "memory_mib": [round(memory[0]), round(meter.resident_mib())],
            "errors": seen.errors, "acknowledged": seen.totals["acknowledged"]}


def bursts(platform: Platform, room: Room) -> dict[str, Any]:
    """Everybody who waits starts within ten seconds, and submits within ten seconds."""
    starts, start_cpu = measure_burst(platform, start_requests(platform, room))
    saved = {seat.id for seat in room.seats}
    begun = [Seat(**one) for one in exam_room.ask(platform, "print_seats", room.exam) if one["id"] not in saved]
    submits, submit_cpu = measure_burst(platform, submit_requests(begun))
    left = len(exam_room.ask(platform, "print_seats", room.exam)) - len(saved)
    return {"start_burst": {**told(starts), "begun": len(begun), "cpu_ms": start_cpu},
            "submit_burst": {**told(submits), "submitted": len(begun) - left, "cpu_ms": submit_cpu},
            "errors": starts.errors + submits.errors + len(room.waiting) - len(begun) + left}


def told(seen: Outcome) -> dict[str, Any]:
    """A burst in figures; latencies count from the moment that a request was due."""
    return {"requests": seen.requests, "seconds": round(seen.seconds, 2), "p50_ms": round(seen.percentile(0.5), 1),
            "p99_ms": round(seen.percentile(0.99), 1), "errors": seen.errors,
            "statuses": {name[7:]: number for name, number in sorted(seen.totals.items())}}


def own_seats(platform: Platform, room: Room) -> list[Seat]:
    """The seats that save, where their chains stand now."""
    mine = {seat.id for seat in room.seats}
    return [Seat(**one) for one in exam_room.ask(platform, "print_seats", room.exam) if one["id"] in mine]


def run(size: str, plan: Plan) -> dict[str, Any]:
    """Start the platform of one size, measure, check, stop."""
    folder, port = Path(tempfile.mkdtemp(prefix="lms-bench-")), free_port()
    os.environ["LMS_OIDC_ISSUER"] = f"http://localhost:{port}/oidc"  # journeys sign in at the bundled provider
    platform = Platform(size, port, folder / "data", own_names=f"lms_bench_{secrets.token_hex(4)}",
                        log_file=folder / "platform.log")
    try:
        platform.prepare(demo=False)
        room = exam_room.room_of(platform, begun=plan.seats, waiting=plan.burst, accounts=2 * plan.journeys)
        address = platform.environment.get("LMS_EVENTS_URL") if size == "full" else "sqlite://"
        grouped = limits.measure_group_commit(str(address), folder, 2 * plan.seconds)
        platform.start()
        return measure(platform, room, plan, grouped)
    finally:
        platform.stop()
        if size == "full":
            platform.command("forget-everything", "--yes")
        shutil.rmtree(folder, ignore_errors=True)


def measure(platform: Platform, room: Room, plan: Plan, grouped: float) -> dict[str, Any]:
    """All parts in turn."""
    full = saturate(platform, room, plan)
    half = half_load(platform, room, plan, full["saves_per_s"])
    journeys = measure_journeys(platform.port, room, plan.journeys)
    burst = bursts(platform, room)
    stored, broken = exam_room.ask(platform, "print_log", [seat.id for seat in room.seats])
    acknowledged = full.pop("acknowledged") + half.pop("acknowledged")
    errors = sum(part.pop("errors") for part in (full, half, burst, journeys)) + broken + abs(stored - acknowledged)
    return {**full, **half, **burst, "journeys": journeys,
            "ratio_to_group_commit": round(full["saves_per_s"] / grouped, 3), "group_commit_per_s": round(grouped, 1),
            "acknowledged": acknowledged, "stored": stored, "broken_chains": broken, "errors": errors}


def show(size: str, one: dict[str, Any]) -> None:
    """Lines for a person."""
    start, submit, journeys = one["start_burst"], one["submit_burst"], one["journeys"]
    print(f"""{size}
  saves        {one['saves_per_s']:>8} a second, p50 {one['p50_ms']} ms, p99 {one['p99_ms']} ms, \
{CONNECTIONS} connections
  half load    {one['half_load_per_s']:>8} a second, p50 {one['p50_ms_half_load']} ms, \
p99 {one['p99_ms_half_load']} ms, memory {one['memory_mib'][0]} to {one['memory_mib'][1]} MiB \
in {one['half_load_minutes']} minutes
  cost         {one['cpu_ms_per_save']:>8} CPU ms a save (web {one['web_cpu_ms_per_save']}, database \
{one['database_cpu_ms_per_save']}; load {one['load_cpu_ms_per_save']} apart), {one['statements_per_save']} statements, \
{one['saves_per_commit']} saves a commit
  empty route  {max(one['empty_route_per_s'].values()):>8} a second {one['empty_route_per_s']}: ratio \
{one['ratio_to_empty_route']}, by rounds {one['ratio_rounds']}
  group commit {one['group_commit_per_s']:>8} rows a second with nothing around them: ratio \
{one['ratio_to_group_commit']}
  start burst  {start['begun']:>8} begun in {start['seconds']} s, p99 {start['p99_ms']} ms, \
{start['cpu_ms']} CPU ms each, {start['errors']} errors
  submit burst {submit['submitted']:>8} submitted in {submit['seconds']} s, p99 {submit['p99_ms']} ms, \
{submit['cpu_ms']} CPU ms each, {submit['errors']} errors
  journeys     {journeys['closed_per_s']:>8} a second closed loop, save p99 {journeys['closed_save_p99_ms']} ms; open \
loop at {journeys['open_per_s']} a second p99 {journeys['open_save_p99_ms']} ms
  ledger       {one['acknowledged']:>8} acknowledged, {one['stored']} in the log, {one['broken_chains']} broken \
chains, {one['errors']} errors""", flush=True)


def main() -> int:
    """Measure; 1 if anything was refused, lost or broken."""
    parser = argparse.ArgumentParser(prog="bin/bench exam")
    parser.add_argument("--only", choices=("embedded", "full"), help="one database only")
    parser.add_argument("--quick", action="store_true", help="a shorter run, to see that all of it works")
    parser.add_argument("--memory-minutes", type=float, help="length of half load; 10 show whether memory grows")
    given = parser.parse_args()
    plan = QUICK if given.quick else WHOLE
    if given.memory_minutes:
        plan = Plan(**{**vars(plan), "memory_minutes": given.memory_minutes})
    sizes = [given.only] if given.only else ["full", "embedded"]
    if "full" in sizes and not (services_home() / "services.env").exists():
        sys.exit("PostgreSQL is missing: run bin/services up first, or measure SQLite alone with --only embedded")
    results = {}
    for size in sizes:
        results[size] = run(size, plan)
        show(size, results[size])
    whole = {**results.get("full", {}), "sqlite": results.get("embedded", {})}
    print(json.dumps({"bench": "exam", "connections": CONNECTIONS, **whole}))
    return 1 if any(one["errors"] for one in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
