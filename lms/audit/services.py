"""The log with names and words, its export, and what the command says of its chain."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Select

from lms.audit.query import Query
from lms.audit.words import act_words, field_words, thing_words
from lms.core import audit
from lms.core.audit import PER_SLICE, AuditEvent, AuditSeal, Cursor, EventFilter, Head, list_events, walk_events
from lms.core.db import db
from lms.core.errors import Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.identity import services as identity
from lms.organisations import services as organisations

FEW = 200
FORMATS = ("csv", "jsonl")
COLUMNS = ("time", "actor_id", "actor", "program", "action", "act", "subject_kind", "subject_id", "organisation_id",
           "organisation", "refused", "reason", "address", "device", "before", "after", "details", "id", "sequence",
           "previous_hash", "hash")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula."""


@dataclass(frozen=True)
class Change:
    """One field: what it was, what it is."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """An event as it is shown."""

    event: AuditEvent
    act: str
    who: str
    subject: str
    organisation: str
    changes: list[Change]
    details: list[tuple[str, str]]
    seal: AuditSeal | None


@dataclass(frozen=True)
class Log:
    """A slice of the log. `organisation` and `person` name what is filtered by; `head` is the end of the chain."""

    lines: list[Line]
    following: Cursor | None
    person: str
    organisation: str
    head: Head


def get_log(actor: Actor, query: Query, *, limit: int = PER_SLICE) -> Log:
    """The events that the actor may read and asks for, newest first; raises Invalid for what cannot be understood."""
    authorize(actor, "audit:open")
    if query.problems:
        raise Invalid(_("Some of what you ask for cannot be understood."), query.problems)
    place = _place(query.organisation)
    found = list_events(actor, _filter(actor, query, place), after=query.after, limit=limit)
    lines = describe(found.items)
    names = identity.person_names([query.person]) if query.person else {}
    return Log(lines, found.following, next(iter(names.values()), ""), place.name if place else "",
               audit.current_head())


def export_log(actor: Actor, query: Query, form: str) -> Iterator[str]:
    """The whole answer as CSV or JSON Lines, piece by piece; the export is an event itself. Raises Invalid."""
    authorize(actor, "audit:export")
    if query.problems or form not in FORMATS:
        raise Invalid(_("Some of what you ask for cannot be understood."), query.problems)
    wanted = _filter(actor, query, _place(query.organisation))
    audit.record(actor, "audit:export", form=form, asked=query.typed)
    steps = (describe(step) for step in walk_events(actor, wanted))
    return _as_csv(steps) if form == "csv" else _as_json_lines(steps)


def describe(events: list[AuditEvent]) -> list[Line]:
    """Names, words and places in the chain, in three statements. For events that may be read: no actor."""
    ids = {found for event in events for found in _ids_in(event)}
    people, places = identity.person_names(ids), organisations.organisation_names(ids)
    names = {str(key): name for key, name in {**places, **people}.items()}
    seals = audit.seals_of(event.id for event in events)
    return [_line(event, names, seals.get(event.id)) for event in events]


def _line(event: AuditEvent, names: dict[str, str], seal: AuditSeal | None) -> Line:
    told = partial(_tell, names=names)
    subject = names.get(event.subject_id or "", "")
    return Line(event, act_words(event.action), names.get(str(event.actor_id), ""),
                " ".join(part for part in (thing_words(event.subject_kind or ""), subject) if part),
                names.get(str(event.organisation_id), ""), _changes(event, told),
                [(field_words(name), told(value)) for name, value in event.details.items()], seal)


def _changes(event: AuditEvent, told: Any) -> list[Change]:
    before, after = _fields(event.before), _fields(event.after)
    return [Change(field_words(name), told(before.get(name)), told(after.get(name))) for name in {**before, **after}]


def _fields(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    return {} if value is None else {"": value}


def _tell(value: Any, names: dict[str, str]) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_tell(each, names) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{field_words(name)}: {_tell(each, names)}" for name, each in value.items())
    return names.get(str(value), str(value))


def _ids_in(event: AuditEvent) -> Iterator[UUID]:
    told = [event.actor_id, event.organisation_id, event.subject_id, event.before, event.after, event.details]
    while told:
        value = told.pop()
        if isinstance(value, dict):
            told.extend(value.values())
        elif isinstance(value, list):
            told.extend(value)
        elif isinstance(value, UUID):
            yield value
        elif isinstance(value, str) and len(value) == 36:
            yield from _as_id(value)


def _as_id(value: str) -> Iterator[UUID]:
    try:
        yield UUID(value)
    except ValueError:
        return


def _place(told: str) -> Any:
    """The organisation of a code or an id; raises Invalid."""
    if not told:
        return None
    for found in _as_id(told) if len(told) == 36 else ():
        return organisations.find_organisation(found)
    place = organisations.find_organisation_by_code(told)
    if place is None:
        message = _("No organisation has this code.")
        raise Invalid(_("Some of what you ask for cannot be understood."), [Problem(_("Organisation"), message)])
    return place


def _filter(actor: Actor, query: Query, place: Any) -> EventFilter:
    kind, _colon, subject_id = query.subject.rpartition(":")
    return EventFilter(
        actor_id=query.person, actions=(query.action,) if query.action else (), subject_kind=kind,
        subject_id=subject_id,
        organisations=_below(actor, place), refused_only=query.refused,
        since=query.since, until=query.until)


def _below(actor: Actor, place: Any) -> Select[Any] | tuple[UUID, ...] | None:
    """The organisations that are asked for, or that the actor administers; one by one where they are few."""
    if place is None and actor.is_nationwide("administrator"):
        return None
    statement = organisations.subtree([place.id] if place else actor.places("administrator"))
    ids = tuple(db.session.scalars(statement.limit(FEW + 1)))
    return ids if len(ids) <= FEW else statement


def as_row(line: Line) -> dict[str, Any]:
    """An event for a program: the names of COLUMNS."""
    event, seal = line.event, line.seal
    same = {name: getattr(event, name) for name in ("program", "action", "subject_kind", "subject_id", "refused",
                                                    "reason", "address", "device", "before", "after", "details")}
    ids = {name: str(value) if value else None for name, value in (
        ("id", event.id), ("actor_id", event.actor_id), ("organisation_id", event.organisation_id))}
    chain = {"sequence": seal.sequence if seal else None, "previous_hash": seal.previous_hash if seal else None,
             "hash": seal.hash if seal else None}
    told = {"time": event.created_at.isoformat(timespec="microseconds"), "actor": line.who, "act": line.act,
            "organisation": line.organisation}
    row = {**same, **ids, **chain, **told}
    return {name: row[name] for name in COLUMNS}


def _as_json_lines(steps: Iterable[list[Line]]) -> Iterator[str]:
    for lines in steps:
        yield "".join(json.dumps(as_row(line), ensure_ascii=False) + "\n" for line in lines)


def _as_csv(steps: Iterable[list[Line]]) -> Iterator[str]:
    yield "\ufeff" + ",".join(COLUMNS) + "\r\n"
    for lines in steps:
        sheet = io.StringIO()
        csv.writer(sheet).writerows([[_cell(value) for value in as_row(line).values()] for line in lines])
        yield sheet.getvalue()


def _cell(value: Any) -> Any:
    """A spreadsheet shows it and runs nothing of it."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA) else value
