"""Commands of the bank: keys of secure banks, and the signatures of questions from before there were any."""

import click
from flask.cli import AppGroup, with_appcontext

from assessment.bank import services
from lms.core.db import transaction

commands = AppGroup("bank", help="The question bank.")


@commands.command("reseal")
@with_appcontext
def reseal() -> None:
    """Seal what secure banks hold with the first key of LMS_BANK_KEYS; afterwards the older ones may go."""
    for table, renewed in services.reseal_banks():
        click.echo(f"{table}: {renewed} sealed anew")


@commands.command("find-alike")
@with_appcontext
def find_alike() -> None:
    """Sign the questions that have no signature yet, so that near-duplicates of them are found."""
    signed = 1
    total = 0
    while signed:
        with transaction():
            signed = services.fill_likeness()
        total += signed
    click.echo(f"{total} questions signed")
