"""`bin/lms exam`."""

from pathlib import Path
from uuid import UUID

import click
from flask.cli import AppGroup

from assessment.delivery import services
from lms.core.db import transaction
from lms.core.errors import PlatformError
from lms.core.permissions import SYSTEM

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
