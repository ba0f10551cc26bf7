"""Commands: look into question files without importing them."""

from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from assessment.interchange.questions import ImportReport, MediaInMemory
from assessment.interchange.reading import report_on
from assessment.interchange.services import LARGEST_FILE

commands = AppGroup("bank", help="The question bank.")


@commands.command("check-import")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@with_appcontext
def check_import(folder: Path) -> None:
    """For each file of a folder: how many questions, imported by type, refused with line and reason."""
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else [folder]
    for path in files:
        if path.stat().st_size > LARGEST_FILE:
            click.echo(f"{path.name}: too large, not read")
            continue
        with path.open("rb") as stream:
            _print_report(report_on(path.name, stream, MediaInMemory()))


def _print_report(report: ImportReport) -> None:
    types = ", ".join(f"{count} {type}" for type, count in sorted(report.by_type.items()))
    click.echo(f"{report.file}: {len(report.questions)} found, {len(report.good)} imported"
               f"{f' ({types})' if types else ''}, {len(report.refused)} refused")
    for problem in report.problems:
        click.echo(f"  line {problem.line}: {problem.message}")
    for question in report.refused:
        click.echo(f"  line {question.line}, {question.name!r}: {'; '.join(question.problems)}")
