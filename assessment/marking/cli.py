"""Commands of marking."""

from uuid import UUID

import click
from flask.cli import AppGroup, with_appcontext

from assessment.marking import services
from lms.core.db import transaction
from lms.core.permissions import SYSTEM

commands = AppGroup("marking", help="Score tables and marks.")


@commands.command("mark")
@click.argument("exam_id", type=click.UUID)
@with_appcontext
def mark(exam_id: UUID) -> None:
    """Mark an exam again from the raw answers."""
    with transaction():
        marked = services.mark_exam(SYSTEM, exam_id)
    click.echo(f"marked: {marked}")


@commands.command("tables")
@with_appcontext
def tables() -> None:
    """Add the score tables every installation starts with."""
    with transaction():
        services.ensure_score_tables()
    click.echo("score tables: ready")
