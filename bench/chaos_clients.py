"""Candidates who write while everything breaks, and the ledger that each of them keeps of what he was promised.

A candidate sends one event at a time, over and over until it is acknowledged, as the player does. His ledger holds
what the server said, never what it has: it is compared with the log afterwards.
"""

import asyncio
import json
import random
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from assessment.delivery.eventlog import event_hash
from bench.exam_room import Room, Seat
from bench.load import request_bytes

PATIENCE = 8.0
PAUSE = 1.0
BACKOFF = 0.3, 1.5


@dataclass
class Ledger:
    """One candidate's own account. `acknowledged`: (seq, hash, payload); `late_accepted`: sent first after the
    deadline, and taken as if it were in time."""

    attempt: str = ""
    started: bool = False
    submitted: bool = False
    acknowledged: list[tuple[int, str, str]] = field(default_factory=list)
    late_accepted: int = 0
    told_late: int = 0
    after_submission: int = 0
    tries: int = 0
    failures: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass
class Case:
    """What one candidate is to do: write until `until`, submit at `submit_at`, and go on after his `deadline`."""

    seat: Seat | None
    waiting: tuple[str, str, str] | None
    until: float
    begin_at: float = 0.0
    submit_at: float = 0.0
    deadline: float = 0.0


class Candidate:
    """One browser: one connection, one event under way."""

    def __init__(self, port: int, room: Room, case: Case, host: str) -> None:
        self.port, self.room, self.case, self.host = port, room, case, host
        self.ledger = Ledger()
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def write(self) -> Ledger:
        """Until the end of the run."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(asyncio.get_running_loop().time() + self.case.until - time.time()):
                await self._write()
        self._hang_up()
        return self.ledger

    async def _write(self) -> None:
        seat = self.case.seat or await self._begin()
        self.ledger.attempt = seat.id
        number = 0
        while True:
            if self.case.submit_at and time.time() > self.case.submit_at and not self.ledger.submitted:
                payload: dict[str, Any] = {"submit": True, "ms": number, "unanswered": 0}
            else:
                payload = {"item": seat.items[number % len(seat.items)], "response": f"o{number % 4 + 1}", "ms": number}
            if not await self._save(seat, json.dumps(payload)):
                return
            number += 1
            await asyncio.sleep(PAUSE * random.uniform(0.5, 1.5))

    async def _save(self, seat: Seat, payload: str) -> bool:
        """Send until something final is said; False when nothing more can be written."""
        expected, first_sent = event_hash(seat.prev, seat.seq + 1, payload), time.time()
        event = {"seq": seat.seq + 1, "prev": seat.prev, "payload": payload}
        request = request_bytes(f"/api/v1/attempts/{seat.id}/events", json.dumps({"events": [event]}).encode(),
                                [("Authorization", f"Bearer {seat.token}")])
        while True:
            status, body = await self._ask(request)
            if status == 200 and expected in body:
                return self._acknowledged(seat, expected, payload, first_sent)
            if status == 409:
                return self._refused(seat, expected, payload, json.loads(body))
            if status not in (0, 500, 503):
                self.ledger.problems.append(f"a save was answered {status}")
            await self._wait()

    def _acknowledged(self, seat: Seat, hash_: str, payload: str, first_sent: float) -> bool:
        if self.ledger.submitted:
            self.ledger.after_submission += 1
        if self.case.deadline and first_sent > self.case.deadline:
            self.ledger.late_accepted += 1
        seat.seq, seat.prev = seat.seq + 1, hash_
        self.ledger.acknowledged.append((seat.seq, hash_, payload))
        self.ledger.submitted = self.ledger.submitted or "submit" in payload
        return True

    def _refused(self, seat: Seat, expected: str, payload: str, told: dict[str, Any]) -> bool:
        """Late events are kept, and the chain goes on behind them; a late submission, and all else, is the end."""
        if told.get("reason") == "late":
            self.ledger.told_late += 1
            seat.seq, seat.prev = seat.seq + 1, expected
            if not self.case.deadline:
                self.ledger.problems.append("told late with time left")
            return "submit" not in payload
        if not (told.get("reason") == "submitted" and self.ledger.submitted):
            self.ledger.problems.append(f"refused: {told.get('reason')}")
        return False

    async def _begin(self) -> Seat:
        """Start as a waiting page does, until there is an answer."""
        assert self.case.waiting is not None
        await asyncio.sleep(max(0.0, self.case.begin_at - time.time()))
        cookies, token, ready = self.case.waiting
        start = request_bytes(f"/exams/{self.room.exam}/start", urlencode({"csrf_token": token}).encode(),
                              [("Cookie", cookies), ("Accept", "application/json"), ("X-Exam-Ready", ready)],
                              "application/x-www-form-urlencoded", host=self.host)
        while (answer := await self._ask(start))[0] != 200:
            await self._wait()
        self.ledger.started = True
        told = json.loads(answer[1])
        state, items = told["state"], self.room.seats[0].items
        return Seat(told["attempt"], told["token"], items, state["seq"], state["hash"])

    async def _ask(self, request: bytes) -> tuple[int, str]:
        """Status and body; 0 when no whole answer came."""
        self.ledger.tries += 1
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._exchange(request)
        except TimeoutError:
            if time.time() >= self.case.until:
                raise
        except (OSError, asyncio.IncompleteReadError, ValueError, IndexError):
            pass  # whatever the line did: the answer is not known
        self.ledger.failures += 1
        self._hang_up()
        return 0, ""

    async def _exchange(self, request: bytes) -> tuple[int, str]:
        if self.writer is None or self.reader is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(request)
        await self.writer.drain()
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        body = await self.reader.readexactly(length)
        return int(head[9:12]), body.decode()

    async def _wait(self) -> None:
        await asyncio.sleep(random.uniform(*BACKOFF))

    def _hang_up(self) -> None:
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


def write_all(results: Any, port: int, room: Room, cases: list[Case], host: str) -> None:
    """The load's process: all candidates at once; their ledgers go into the queue."""
    async def together() -> list[Ledger]:
        return await asyncio.gather(*(Candidate(port, room, case, host).write() for case in cases))

    results.put([vars(ledger) for ledger in asyncio.run(together())])
