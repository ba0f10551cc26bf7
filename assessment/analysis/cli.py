"""Commands of analysis."""

from pathlib import Path

import click
from flask.cli import AppGroup

from assessment.analysis.reference import TOLERANCE, compare_classical

commands = AppGroup("analysis", help="Item analysis.")


@commands.command("verify")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def verify(folder: Path) -> None:
    """Compare our figures with the reference results in FOLDER; fails when one lies outside its tolerance."""
    compared = compare_classical(folder)
    for each in compared:
        click.echo(f"{each.data_set:14} {each.figure:18} {each.count:4} figures  largest relative difference "
                   f"{each.difference:.1e}  {'ok' if each.within else 'OUTSIDE'} (tolerance {TOLERANCE:.0e})")
    outside = sum(not each.within for each in compared)
    click.echo(f"{len(compared) - outside} of {len(compared)} within tolerance")
    if outside or not compared:
        raise click.ClickException("the figures do not agree")
