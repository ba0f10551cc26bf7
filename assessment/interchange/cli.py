"""Commands: look into question files without importing them."""

from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext
from flask_babel import force_locale

from assessment.interchange.checking import FileCheck, Total, check_files
from assessment.interchange.qti.schemas import MissingSchema, Schemas, Verdict, check_package
from assessment.interchange.questions import Refused

commands = AppGroup("bank", help="The question bank.")
SHORT = 160


@commands.command("check-import")
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@with_appcontext
def check_import(folder: Path) -> None:
    """For each file of a folder: questions found, imported by type, refused with line and reason, and how many
    are equal after they were written in the same format and read again; what is not, and whether the writer had
    said so; a total at the end."""
    total = Total()
    with force_locale("en"):
        for check in check_files(folder):
            total.add(check)
            _print_file(check, folder)
    _print_total(total)


@commands.command("check-qti")
@click.argument("schemas", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("packages", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def check_qti(schemas: Path, packages: tuple[Path, ...]) -> None:
    """Hold packages of QTI against the published schemas in a folder: each violation with file and line.

    Nothing is fetched; what the folder has no schema for is said, and ends with an error as a violation does."""
    known = Schemas(schemas)
    is_sound = True
    for path in packages:
        try:
            with path.open("rb") as stream, force_locale("en"):
                verdicts = list(check_package(stream, known))
        except MissingSchema as missing:
            raise click.ClickException(f"The folder lacks a schema that another one imports: {missing}") from missing
        except Refused as refusal:
            raise click.ClickException(f"{path.name}: {refusal}") from refusal
        is_sound = _print_verdicts(path, verdicts) and is_sound
    if not is_sound:
        raise SystemExit(1)


def _print_verdicts(path: Path, verdicts: list[Verdict]) -> bool:
    """Print what was found in one package, and say whether all of it is known and valid."""
    bad = [verdict for verdict in verdicts if verdict.faults]
    unknown = [verdict for verdict in verdicts if not verdict.is_known]
    click.echo(f"{path.name}: {len(verdicts)} files, {len(verdicts) - len(bad) - len(unknown)} valid, "
               f"{len(bad)} not, {len(unknown)} of a kind that no schema of the folder knows")
    for verdict in bad:
        for fault in verdict.faults:
            click.echo(f"  {verdict.name}, {fault}")
    for verdict in unknown:
        click.echo(f"  {verdict.name}: no schema")
    return bool(verdicts) and not bad and not unknown


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
    for question, losses in check.named:
        said = "; ".join(losses)[:SHORT]
        click.echo(f"  {question.where}, {question.name[:60]!r}: changed as was said before: {said}")
    for question in check.changed:
        click.echo(f"  {question.where}, {question.name[:60]!r}: CHANGED SILENTLY by the round trip ({question.type})")


def _print_total(total: Total) -> None:
    share = 100 * total.equal / total.tried if total.tried else 100
    click.echo(f"\n{total.files} files: {total.found} questions found, {total.imported} imported, "
               f"{total.refused} refused; round trip: {total.equal} of {total.tried} equal ({share:.1f}%; "
               f"{total.respelt} of them with formulas in another spelling), {total.named} changed as was said before, "
               f"{total.silent} changed silently")
    click.echo("imported by type: " + ", ".join(f"{count} {type}" for type, count in total.types.most_common()))
    for reason, count in total.reasons.most_common():
        click.echo(f"  refused {count}: {reason[:SHORT]}")
