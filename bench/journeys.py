"""Whole journeys of candidates: sign-in with a password, start, 60 saves, submission."""

import html
import json
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from assessment.delivery.eventlog import event_hash
from bench.exam_room import Room
from bench.signin import FIELD, Visitor

SAVES = 60
AT_ONCE = 16
LONGEST_SECONDS = 180.0
ATTRIBUTES = {name: re.compile(rf'data-{name}="([^"]*)"') for name in ("attempt", "token", "state")}


@dataclass
class Travelled:
    """What the candidates of one run saw."""

    journeys: int = 0
    saves: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def save_p99_ms(self) -> float:
        """Milliseconds within which 99 of 100 saves were answered."""
        ordered = sorted(self.saves) or [0.0]
        return round(1000 * ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], 1)


class Traveller:
    """One candidate's browser."""

    def __init__(self, port: int, room: Room) -> None:
        self.visitor, self.room = Visitor(port), room

    def travel(self, account: tuple[str, str], seen: Travelled) -> None:
        """From the sign-in to the submission; raises ValueError where a step fails."""
        self.visitor.sign_in(*account)
        page = self._begin()
        found = {name: html.unescape(match[1]) for name, pattern in ATTRIBUTES.items()
                 if (match := pattern.search(page))}
        if len(found) != len(ATTRIBUTES):
            raise ValueError("the start did not lead to the player")
        state, items = json.loads(found["state"]), self.room.seats[0].items
        seq, prev = state["seq"], state["hash"]
        payloads = [{"item": items[n % len(items)], "response": f"o{n % 4 + 1}", "ms": n} for n in range(SAVES)]
        for payload in [*payloads, {"submit": True, "ms": SAVES, "unanswered": 0}]:
            started = time.perf_counter()
            seq, prev = self._save(found["attempt"], found["token"], seq, prev, json.dumps(payload))
            seen.saves.append(time.perf_counter() - started)

    def _begin(self) -> str:
        address = f"/exams/{self.room.exam}"
        _answer, page = self.visitor.ask("GET", f"{address}/start")
        token = FIELD.search(page)
        if token is None:
            raise ValueError("the start page has no form")
        self.visitor.ask("POST", f"{address}/start", {"csrf_token": html.unescape(token[1])})
        return self.visitor.ask("GET", f"{address}/attempt")[1]

    def _save(self, attempt: str, token: str, seq: int, prev: str, payload: str) -> tuple[int, str]:
        connection = self.visitor.connection
        connection.request("POST", f"/api/v1/attempts/{attempt}/events",
                           json.dumps({"events": [{"seq": seq + 1, "prev": prev, "payload": payload}]}),
                           {"Host": self.visitor.host, "Authorization": f"Bearer {token}",
                            "Content-Type": "application/json"})
        answer = connection.getresponse()
        body, expected = answer.read().decode(), event_hash(prev, seq + 1, payload)
        if answer.status != 200 or expected not in body:
            raise ValueError(f"a save was answered {answer.status}")
        return seq + 1, expected


def measure_journeys(port: int, room: Room, count: int) -> dict[str, Any]:
    """Half of the accounts as fast as they can, the others due at fixed times at half that pace."""
    started = time.perf_counter()
    closed = travel_all(port, room, room.accounts[:count], 0.0)
    pace = closed.journeys / (time.perf_counter() - started)
    rate = max(pace / 2, count / LONGEST_SECONDS)  # a machine that is busy otherwise must not hold the bench for hours
    opened = travel_all(port, room, room.accounts[count:], rate)
    for message in sorted({*closed.errors, *opened.errors})[:5]:
        print(f"journey: {message}")
    return {"candidates": len(room.accounts), "saves_each": SAVES, "at_once": AT_ONCE,
            "closed_per_s": round(pace, 2), "closed_save_p99_ms": closed.save_p99_ms,
            "open_per_s": round(rate, 2), "open_save_p99_ms": opened.save_p99_ms,
            "errors": len(closed.errors) + len(opened.errors)}


def travel_all(port: int, room: Room, accounts: Sequence[tuple[str, str]], rate: float) -> Travelled:
    """Everybody's journey, closed loop, or `rate` of them beginning each second."""
    seen, begin = Travelled(), time.perf_counter()

    def travel(number: int) -> None:
        if rate:
            time.sleep(max(0.0, begin + number / rate - time.perf_counter()))
        try:
            Traveller(port, room).travel(accounts[number], seen)
            seen.journeys += 1
        except (ValueError, OSError) as error:
            seen.errors.append(str(error)[:200])

    with ThreadPoolExecutor(AT_ONCE * (4 if rate else 1)) as pool:
        list(pool.map(travel, range(len(accounts))))
    return seen
