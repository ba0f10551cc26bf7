"""`bin/lms organisations`: imports, the departments, the turn of a school year."""

from pathlib import Path

import click
from flask.cli import AppGroup

from lms.core.db import transaction
from lms.core.errors import PlatformError
from lms.core.permissions import SYSTEM
from lms.identity import services as identity
from lms.organisations import services

commands = AppGroup("organisations", help="The tree of organisations.")


@commands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(file: Path) -> None:
    """Import organisations (code, name, kind, parent) or members (organisation, role, name, email) from a CSV file."""
    content = file.read_bytes()
    try:
        with transaction():
            if "role" in services.columns_of(content):
                made = identity.import_members(SYSTEM, content)
                told = f"{made.people} people and {made.memberships} memberships added"
            else:
                done = services.import_organisations(SYSTEM, content)
                told = f"{done.added} organisations added, {done.unchanged} were there"
    except PlatformError as refused:
        raise _told(refused) from None
    click.echo(told)


@commands.command("load-departments")
def load_departments() -> None:
    """The ministry, its departments of today, and the codes of before 1 July 2025."""
    with transaction():
        made = services.load_departments(SYSTEM)
    click.echo(f"{made} departments added")


@commands.command("roll-over")
@click.argument("code")
@click.option("--from", "from_year", required=True, help="The school year that ends, like 2026-2027.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def roll_over(code: str, from_year: str, dry_run: bool) -> None:
    """Roll the school with this code over to the next school year; done twice it is done once."""
    try:
        with transaction():
            school = services.find_organisation_by_code(code)
            if school is None:
                raise click.ClickException(f"no organisation has the code {code}")
            plan = services.plan_roll_over(SYSTEM, school.id)
            for each in plan.classes if plan.from_year == from_year else []:
                click.echo(f"{each.name} -> {each.next_name or 'leaves'} ({each.pupils} pupils)")
            if not dry_run:
                services.do_roll_over(SYSTEM, school.id, from_year=from_year)
    except PlatformError as refused:
        raise _told(refused) from None
    click.echo("nothing done" if dry_run else f"{from_year} is rolled over")


def _told(refused: PlatformError) -> click.ClickException:
    lines = [refused.message, *(f"{problem.where}: {problem.message}" for problem in refused.problems)]
    return click.ClickException("\n".join(lines))
