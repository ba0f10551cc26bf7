"""`bin/lms`: the command line of the platform."""

import sys

import click
from flask.cli import FlaskGroup

from lms import prepare
from lms.app import create_app
from lms.core import commands
from lms.core.config import SettingsError


@click.group(cls=FlaskGroup, create_app=create_app, add_version_option=False, load_dotenv=False)
def main() -> None:
    """Run the platform's own commands; each says what it does with --help."""


for command in [*commands.all_commands(), *prepare.COMMANDS]:
    main.add_command(command)

if __name__ == "__main__":
    try:
        main(prog_name="bin/lms")
    except SettingsError as error:
        sys.exit(f"bin/lms: {error}")
