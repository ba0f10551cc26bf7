"""`bin/lms exam`."""

from uuid import UUID

import click
from flask.cli import AppGroup

from assessment.delivery import services

commands = AppGroup("exam", help="Exams and their event logs.")


@commands.command("verify")
@click.argument("exam_id", type=click.UUID)
def verify(exam_id: UUID) -> None:
    """Recompute every hash of every attempt of an exam; fails if one does not fit."""
    checked, broken = services.verify_exam(exam_id)
    for attempt_id, report in broken:
        click.echo(f"attempt {attempt_id}: event {report.broken_at}: {report.problem}")
    click.echo(f"{checked} chains checked, {len(broken)} broken")
    if broken:
        raise SystemExit(1)
