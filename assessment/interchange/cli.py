"""Commands: look into question files without importing them."""

from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext
from flask_babel import force_locale

from assessment.interchange.checking import FileCheck, Total, check_files

commands = AppGroup("bank", help="The question bank.")
SHORT = 160


@commands.command("check-import")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@with_appcontext
def check_import(folder: Path) -> None:
    """For each file of a folder: questions found, imported by type, refused with line and reason, and how many
    are equal after they were written in the same format and read again; a total at the end."""
    total = Total()
    with force_locale("en"):
        for check in check_files(folder):
            total.add(check)
            _print_file(check, folder)
    _print_total(total)


def _print_file(check: FileCheck, folder: Path) -> None:
    report = check.report
    types = ", ".join(f"{count} {type}" for type, count in sorted(report.by_type.items()))
    name = check.path.relative_to(folder) if folder.is_dir() else check.path.name
    again = f", {check.equal} of {len(report.good)} equal after the round trip" if check.written and report.good else ""
    click.echo(f"{name} [{report.format or 'unknown'}]: {len(report.questions)} found, {len(report.good)} imported"
               f"{f' ({types})' if types else ''}, {len(report.refused)} refused{again}")
    for problem in report.problems:
        click.echo(f"  {problem.position or f'line {problem.line}'}: {problem.message[:SHORT]}")
    for question in report.refused:
        click.echo(f"  {question.where}, {question.name[:60]!r}: {'; '.join(question.problems)[:SHORT]}")
    for question in check.changed:
        click.echo(f"  {question.where}, {question.name[:60]!r}: not equal after the round trip ({question.type})")


def _print_total(total: Total) -> None:
    share = 100 * total.equal / total.tried if total.tried else 100
    click.echo(f"\n{total.files} files: {total.found} questions found, {total.imported} imported, "
               f"{total.refused} refused; round trip: {total.equal} of {total.tried} equal ({share:.1f}%)")
    click.echo("imported by type: " + ", ".join(f"{count} {type}" for type, count in total.types.most_common()))
    for reason, count in total.reasons.most_common():
        click.echo(f"  refused {count}: {reason[:SHORT]}")
