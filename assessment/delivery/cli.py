"""`bin/lms exam`."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import click
from flask.cli import AppGroup

from assessment.delivery import services
from assessment.delivery.services import archiving
from lms.core import clock
from lms.core.db import transaction
from lms.core.errors import PlatformError
from lms.core.permissions import SYSTEM

Told = TypeVar("Told")
commands = AppGroup("exam", help="Exams and their event logs.")


@commands.command("verify")
@click.argument("exam_id", type=click.UUID, required=False)
@click.option("--all", "every", is_flag=True, help="All exams.")
def verify(exam_id: UUID | None, every: bool) -> None:
    """Recompute every hash of every attempt of an exam, or of all; fails if one does not fit."""
    if every == (exam_id is not None):
        raise click.UsageError("Give the id of an exam, or --all.")
    checked = broken = 0
    for attempt_id, report in services.verify_chains(exam_id):
        checked += 1
        if not report.whole:
            broken += 1
            click.echo(f"attempt {attempt_id}: event {report.broken_at}: {report.problem}")
    click.echo(f"{checked} chains checked, {broken} broken")
    if broken:
        raise SystemExit(1)


@commands.command("archive")
@click.argument("exam_id", type=click.UUID, required=False)
@click.option("--due", is_flag=True, help="All exams that have been over for LMS_ARCHIVE_AFTER_DAYS.")
@click.option("--at-once", is_flag=True, help="Empty the log now, not a day after the archive was written.")
def archive(exam_id: UUID | None, due: bool, at_once: bool) -> None:
    """Put the answers of a closed exam, or of all that are due, into the storage; the log is emptied a day later."""
    if due == (exam_id is not None):
        raise click.UsageError("Give the id of an exam, or --due.")
    if exam_id is None:
        click.echo(f"{archiving.archive_due()} exams archived")
    else:
        for each in _told(archiving.archive_exam, exam_id):
            click.echo(f"sitting {each.sitting_id}: {each.state}, {each.attempts} attempts, {each.events} events, "
                       f"{each.size} bytes")
    click.echo(f"{archiving.empty_log(at_once=at_once)} sittings left the log")


@commands.command("verify-archive")
@click.argument("exam_id", type=click.UUID)
def verify_archive(exam_id: UUID) -> None:
    """Read every archive of an exam back and re-check its chains; fails if something is not what was written."""
    found = _told(archiving.verify_archives, exam_id)
    for each, attempts, events in found:
        click.echo(f"sitting {each.sitting_id}: {attempts} chains checked, {events} events, 0 broken")
    if not found:
        click.echo("no sitting of this exam is archived")


@commands.command("restore")
@click.argument("exam_id", type=click.UUID)
def restore(exam_id: UUID) -> None:
    """Bring the answers of an exam back into the log, for thirty days."""
    click.echo(f"{_told(archiving.restore_exam, exam_id)} attempts are in the log again")


@commands.command("retention")
@click.option("--dry-run", is_flag=True, help="Say what would go, and remove nothing.")
def retention(dry_run: bool) -> None:
    """Remove archived answers that have been kept for LMS_ANSWERS_KEPT_YEARS; marks, receipts and roots stay."""
    if not dry_run:
        click.echo(f"{archiving.apply_retention()} sittings removed")
        return
    for exam_id, sitting_id in archiving.list_outlived(clock.now()):
        click.echo(f"exam {exam_id}, sitting {sitting_id}: its years are over")


def _told(act: Callable[[UUID], Told], exam_id: UUID) -> Told:
    """What an act gives; why it was refused is said in a line."""
    try:
        return act(exam_id)
    except PlatformError as error:
        raise click.ClickException(str(error.message)) from None


@commands.command("take-recovery")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def take_recovery(files: tuple[Path, ...]) -> None:
    """Take back files of answers of pages whose line never came back, each whole or not at all; again adds nothing."""
    refused = 0
    for file in files:
        try:
            with transaction():
                data = _read(file)
                taken = services.take_back_answers(SYSTEM, services.find_exam_of_file(data), data)
            click.echo(f"{file.name}: {taken.new} new entries, {taken.late} of them late, {taken.known} known before, "
                       f"{taken.older} older than answers from another device")
        except PlatformError as error:
            refused += 1
            click.echo(f"{file.name}: {error.message}", err=True)
    if refused:
        raise SystemExit(1)


def _read(file: Path) -> bytes:
    """No more than a recovery file may have: what is longer is refused as unreadable."""
    with file.open("rb") as stream:
        return stream.read(services.LARGEST_FILE)
