"""Commands of the bank: keys and managers of secure banks, signatures of questions from before there were any."""

from uuid import UUID

import click
from flask.cli import AppGroup, with_appcontext

from assessment.bank import services
from lms.core.db import transaction
from lms.core.errors import NotFound

commands = AppGroup("bank", help="The question bank.")


@commands.command("reseal")
@with_appcontext
def reseal() -> None:
    """Seal what secure banks hold with the first key of LMS_BANK_KEYS; afterwards the older ones may go."""
    for table, renewed in services.reseal_banks():
        click.echo(f"{table}: {renewed} sealed anew")


@commands.command("appoint-manager")
@click.argument("bank_id", type=click.UUID)
@click.argument("person_id", type=click.UUID)
@with_appcontext
def appoint_manager(bank_id: UUID, person_id: UUID) -> None:
    """Make PERSON_ID a manager of the bank BANK_ID, when the last one has left; the audit says so."""
    try:
        with transaction():
            services.appoint_manager(bank_id, person_id)
    except NotFound as error:
        raise click.ClickException(error.message) from None
    click.echo("appointed; the bank's page shows its members to them")


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
