"""`bin/lms audit`: the chain of hashes, sealed and verified."""

import json
from collections.abc import Iterable
from typing import IO

import click
from flask.cli import AppGroup

from lms.core import audit
from lms.core.audit import Head, Verified

commands = AppGroup("audit", help="The audit's chain of hashes.")


@commands.command("seal")
def seal() -> None:
    """Give every event that waits its place in the chain; print the head."""
    audit.seal_events()
    head = audit.current_head()
    click.echo(f"{head.sequence}:{head.hash}")


@commands.command("verify")
@click.option("--expect", multiple=True, metavar="[NUMBER:]HASH",
              help="A head that was noted earlier and must still be there. May be given several times.")
@click.option("--heads", type=click.File("r"),
              help="A log with lines of audit-sealed (- for standard input): each head must still be there.")
def verify(expect: tuple[str, ...], heads: IO[str] | None) -> None:
    """Walk the whole chain; exit code 1 and the events by name where it is broken."""
    anchors = [_read_head(each) for each in expect] + list(_heads_of(heads or []))
    found = audit.verify_chain(anchors)
    for fault in found.faults:
        about = f"event {fault.event_id}" if fault.event_id else "the chain"
        place = f"number {fault.sequence}" if fault.sequence else "without a number"
        click.echo(f"{fault.kind}: {about} ({place}) {fault.message}", err=True)
    click.echo(_summary(found, len(anchors)))
    if found.faults:
        raise SystemExit(1)


def _summary(found: Verified, anchors: int) -> str:
    state = "broken" if found.faults else "whole"
    waiting = f"{found.waiting} waiting" + (f" for {found.waiting_age.total_seconds():.0f} s" if found.waiting else "")
    return (f"{state}: {found.events} events, head {found.head.sequence}:{found.head.hash}, "
            f"{waiting}, {anchors} noted heads compared")


def _read_head(told: str) -> Head:
    number, _colon, hashed = told.rpartition(":")
    if len(hashed) != 64 or not ((number.isascii() and number.isdigit()) or not number):
        raise click.BadParameter(f"{told!r} is no head: it looks like 1234:<64 hexadecimal digits>")
    return Head(int(number or 0), hashed.lower())


def _heads_of(lines: Iterable[str]) -> Iterable[Head]:
    """What the sealer wrote to the log, whatever stands between."""
    for line in lines:
        if '"audit-sealed"' not in line:
            continue
        try:
            told = json.loads(line[line.index("{"):])
            yield Head(int(told["sequence"]), str(told["hash"]))
        except (ValueError, KeyError):
            continue
