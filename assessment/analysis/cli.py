"""Commands of analysis."""

from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import AppGroup

from assessment.analysis.references.comparison import Comparison
from assessment.analysis.references.everything import compare_everything

commands = AppGroup("analysis", help="Item analysis.")


@commands.command("verify")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--summary", is_flag=True, help="One line a figure, with the value that lies furthest.")
def verify(folder: Path, summary: bool) -> None:
    """Compare our figures with the reference results in FOLDER; fails when one lies outside its tolerance."""
    compared, outside, values = 0, 0, 0
    for each in compare_everything(folder):
        compared, outside, values = compared + 1, outside + (not each.within), values + each.theirs.size
        for line in _lines(each, summary):
            click.echo(line)
    click.echo(f"{compared - outside} of {compared} figures ({values} values) within tolerance")
    if outside or not compared:
        raise click.ClickException("the figures do not agree")


def _lines(each: Comparison, summary: bool) -> Iterator[str]:
    kind = "relative" if each.relative else "absolute"
    if not summary:
        for number, theirs, ours, difference in each.rows():
            yield (f"  {each.data_set} {each.figure} [{number}]: reference {theirs:.10g}, ours {ours:.10g}, "
                   f"difference {difference:.1e}, tolerance {each.tolerance:.0e}")
    yield (f"{each.data_set:20} {each.figure:28} {each.theirs.size:5} values  largest {kind} difference "
           f"{each.difference:.1e}  {'ok' if each.within else 'OUTSIDE'} (tolerance {each.tolerance:.0e})")
