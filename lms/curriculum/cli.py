"""`bin/lms curriculum`."""

import click
from flask.cli import AppGroup

from lms.core.db import transaction
from lms.core.permissions import SYSTEM
from lms.curriculum import services

commands = AppGroup("curriculum", help="Subjects, topics and outcomes.")


@commands.command("load")
def load() -> None:
    """Load the programme's subjects, topics and outcomes; may be run again."""
    with transaction():
        loaded = services.load_curriculum(SYSTEM)
    click.echo(f"{loaded.subjects} subjects, {loaded.topics} topics, {loaded.outcomes} outcomes")
