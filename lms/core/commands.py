"""Commands of the kernel: settings, storage, translations."""

import subprocess
import sys
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from lms.core.config import describe_settings, settings
from lms.core.i18n import catalogue_folders
from lms.core.storage import storage

ROOT = Path(__file__).parents[2]
KEYWORDS = ["-k", "_", "-k", "_l", "-k", "_n:1,2"]
translations = AppGroup("i18n", help="Catalogues: each room keeps its own.")


@click.command("settings")
def show_settings() -> None:
    """List every setting: variable, default, meaning."""
    for name, default, meaning, secret in describe_settings():
        click.echo(f"{name:32} {'(secret)' if secret else default or '-':28} {meaning}")


@click.command("prepare-storage")
@with_appcontext
def prepare_storage() -> None:
    """Make the object store ready: bucket or folder, and who may read signed addresses."""
    storage().prepare(settings().base_url)
    click.echo("storage: ready")


@translations.command("update")
@click.argument("room", type=click.Path(exists=True, file_okay=False, path_type=Path))
def update_catalogue(room: Path) -> None:
    """Collect the room's strings into its Vietnamese catalogue; old translations stay."""
    folder, template = room / "translations", room / "translations" / ".messages.pot"
    folder.mkdir(exist_ok=True)
    _babel("extract", "-F", str(ROOT / "babel.cfg"), *KEYWORDS, "--no-wrap", "--omit-header", "--sort-output",
           "--add-location=never", "-o", str(template), str(room))
    known = (folder / "vi" / "LC_MESSAGES" / "messages.po").exists()
    _babel("update" if known else "init", "-i", str(template), "-d", str(folder), "-l", "vi", "--no-wrap",
           *(["--no-fuzzy-matching", "--ignore-obsolete"] if known else []))
    template.unlink()


@translations.command("compile")
def compile_catalogues() -> None:
    """Compile every catalogue."""
    for folder in catalogue_folders(ROOT):
        if not list(folder.rglob("*.po")):
            continue
        _babel("compile", "-d", str(folder))


def _babel(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", "babel.messages.frontend", *arguments],  # noqa: S603  our own words
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise click.ClickException(done.stderr.strip())


def all_commands() -> list[click.Command]:
    """What `bin/lms` has from the kernel."""
    return [show_settings, prepare_storage, translations]
