"""Parts of a paper with times and rules of their own. Pure: no database, no clock.

The first part is entered at the start, another one by an event `{"section": n, "ms": …}`. The minutes of a part run
from its entry without a stop, also while the candidate is in another one. A part is over once its minutes are, and one
that goes one way once another is entered. What is written in a part that is over, or not entered yet, does not count.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

FIRST = 1
AHEAD, OPEN, OVER = "ahead", "open", "over"


@dataclass(frozen=True)
class Part:
    """The rules of one part: how long it lasts (None: as long as the test), and whether there is a way back."""

    lasts: timedelta | None = None
    one_way: bool = False


@dataclass(frozen=True)
class Given:
    """Time given, or taken back, in the middle of a test: by how much, and when."""

    at: datetime
    by: timedelta


@dataclass(frozen=True)
class Sections:
    """The parts of a candidate's paper in their order, the part of each item, and the time he was given meanwhile."""

    parts: Sequence[Part]
    part_of: Mapping[str, int]
    given: Sequence[Given] = ()


@dataclass
class Walk:
    """Where a candidate is in his paper: follows his events one by one."""

    sections: Sections
    began_at: datetime
    current: int = FIRST
    entered: dict[int, datetime] = field(default_factory=dict)
    left: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.entered[FIRST] = self.began_at

    def enter(self, number: int, moment: datetime) -> bool:
        """Go into a part at a moment; False, and nothing is done, where it is over or there is none."""
        if not 1 <= number <= len(self.sections.parts) or self.state_of(number, moment) == OVER:
            return False
        if number != self.current and self.sections.parts[self.current - 1].one_way:
            self.left.add(self.current)
        self.current = number
        self.entered.setdefault(number, moment)
        return True

    def state_of(self, number: int, moment: datetime) -> str:
        """How a part stands at a moment: `ahead`, `open` or `over`."""
        if number not in self.entered:
            return AHEAD
        ends_at = self.ends_at(number)
        return OVER if number in self.left or (ends_at is not None and moment > ends_at) else OPEN

    def ends_at(self, number: int) -> datetime | None:
        """When the minutes of a part that was entered are over; None where it has none.

        Time that is given lengthens what is not over by then. A part is only taken what it was given: the rest of a
        pause that was not used up.
        """
        lasts, began = self.sections.parts[number - 1].lasts, self.entered[number]
        if lasts is None:
            return None
        ends_at, more = began + lasts, timedelta()
        for line in self.sections.given:
            if line.at > began and ends_at + more >= line.at:
                more = max(timedelta(), more + line.by)
        return ends_at + more

    def takes(self, payload: Mapping[str, Any], moment: datetime) -> bool:
        """Whether what was written at a moment counts: an answer to an item in a part that is open then."""
        number = self.sections.part_of.get(str(payload.get("item")))
        return number is None or self.state_of(number, moment) == OPEN

    def describe(self, moment: datetime) -> dict[str, Any]:
        """JSON: the part he is in, and of each part its state and the milliseconds left (null: no minutes)."""
        return {"current": self.current, "parts": [
            {"state": self.state_of(number, moment), "remaining_ms": self._left_ms(number, moment)}
            for number in range(1, len(self.sections.parts) + 1)]}

    def _left_ms(self, number: int, moment: datetime) -> int | None:
        lasts = self.sections.parts[number - 1].lasts
        if lasts is None:
            return None
        ends_at = self.ends_at(number) if number in self.entered else moment + lasts
        assert ends_at is not None
        return 0 if number in self.left else max(0, (ends_at - moment) // timedelta(milliseconds=1))


def is_entry(payload: str) -> bool:
    """Whether an event goes into a part."""
    return '"section"' in payload and "section" in json.loads(payload)
