"""bin/lms search: the index from the command line."""

import click
from flask.cli import AppGroup

from lms.core.permissions import SYSTEM
from search import services

commands = AppGroup("search", help="The search index: a projection that can always be rebuilt.")


@commands.command("rebuild")
def rebuild() -> None:
    """Read everything anew into a new index and put it in place."""
    click.echo(f"search: {services.rebuild(SYSTEM)} documents")


@commands.command("refresh")
def refresh() -> None:
    """Bring in now what the periodic job would bring in."""
    click.echo(f"search: {services.refresh()} changes")


@commands.command("count")
def count() -> None:
    """Say how many documents the index holds."""
    click.echo(f"search: {services.count_documents(SYSTEM)} documents")
