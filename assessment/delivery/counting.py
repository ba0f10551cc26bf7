"""Which of a candidate's events count. Pure: no database, no clock.

What came before the deadline counts. What came after it counts only if it was written within an outage on record, and
before the deadline; what came when the results were out already, only if the outage was put on record after it came:
who knows the marks cannot add answers to them. When it was written is reckoned from the last receipt that the browser
can have had by then, whose time is the server's, and the milliseconds that the browser counted since. What clock a
browser has is never asked.

Where the parts of a paper have rules of their own, an answer counts in a part that is open (`sections.py`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from assessment.delivery.sections import Sections, Walk

ON_ITS_WAY = timedelta(seconds=15)
"""What arrives so soon after it was written came over a line: a part is entered when the server receives it."""


class Event(Protocol):
    """What the rules need to know of an event."""

    @property
    def kind(self) -> str: ...
    @property
    def payload(self) -> str: ...
    @property
    def client_ms(self) -> int: ...
    @property
    def received_at(self) -> datetime: ...
    @property
    def late(self) -> bool: ...


@dataclass(frozen=True)
class Span:
    """A time in which a room was cut off, and when that was put on record."""

    began_at: datetime
    ended_at: datetime
    recorded_at: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether a moment lies within it."""
        return self.began_at <= moment <= self.ended_at


@dataclass(frozen=True)
class Rules:
    """By what an attempt is counted: deadline with all adjustments, outages, rules of parts, when results were out."""

    deadline: datetime
    outages: Sequence[Span] = ()
    sections: Sections | None = None
    released_at: datetime | None = None


@dataclass(frozen=True)
class Counted:
    """Of every event of an attempt whether it counts, and where its candidate is, if the parts have rules."""

    counts: list[bool]
    walk: Walk | None


def which_count(events: Sequence[Event], rules: Rules) -> list[bool]:
    """Of every event of an attempt, in the order of its chain, whether it counts.

    An attempt that was ended before its deadline lasts until then. What the log called late because it had not yet
    heard of a new deadline is not.
    """
    return count_events(events, rules).counts


def count_events(events: Sequence[Event], rules: Rules) -> Counted:
    """As `which_count`, and where the candidate has come to in the parts of his paper."""
    until, ended = rules.deadline, False
    receipts: list[datetime] = []
    counted = []
    walk = Walk(rules.sections, events[0].received_at) if rules.sections and events else None
    for event in events:
        in_time = not event.late or (not ended and event.received_at <= until)
        taken = in_time or _is_excused(event, receipts, until, _outages_for(event, rules))
        counted.append(taken and (walk is None or event.kind != "answer" or _follow(walk, event, receipts)))
        if event.kind == "auto_submit":
            until, ended = min(until, event.received_at), True
        elif event.received_at not in receipts[-1:]:
            receipts.append(event.received_at)
    return Counted(counted, walk)


def _follow(walk: Walk, event: Event, receipts: Sequence[datetime]) -> bool:
    """Go on with an event; whether it counts."""
    payload, written = json.loads(event.payload), _reckoned(event, receipts)
    if "section" in payload:
        connected = event.received_at - written <= ON_ITS_WAY
        return walk.enter(payload["section"], event.received_at if connected else written)
    return walk.takes(payload, written)


def _reckoned(event: Event, receipts: Sequence[datetime]) -> datetime:
    """When an event was written, at the latest when it came: also where a page counted a little too much."""
    newest = next((receipt for receipt in reversed(receipts) if receipt < event.received_at), event.received_at)
    beyond = newest + timedelta(milliseconds=event.client_ms) - event.received_at
    if timedelta() < beyond <= ON_ITS_WAY:
        return event.received_at
    return _written_at(event, receipts) or event.received_at


def _outages_for(event: Event, rules: Rules) -> Sequence[Span]:
    """The outages that may excuse an event: all, or after the release those that were recorded since it came."""
    if rules.released_at is None or event.received_at < rules.released_at:
        return rules.outages
    return [outage for outage in rules.outages if outage.recorded_at and outage.recorded_at >= event.received_at]


def _is_excused(event: Event, receipts: Sequence[datetime], until: datetime, outages: Sequence[Span]) -> bool:
    moment = _written_at(event, receipts) if outages else None
    return moment is not None and moment <= until and any(outage.holds(moment) for outage in outages)


def _written_at(event: Event, receipts: Sequence[datetime]) -> datetime | None:
    """When an event was written; None if no receipt fits what the browser says."""
    since = timedelta(milliseconds=event.client_ms)
    fitting = (receipt + since for receipt in reversed(receipts)
               if receipt < event.received_at and receipt + since <= event.received_at)
    return next(fitting, None)
