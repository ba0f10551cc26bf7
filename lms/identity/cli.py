"""`bin/lms identity`: accounts and clients of the bundled provider."""

import click
from flask.cli import AppGroup

from lms.core.db import transaction
from lms.core.errors import Invalid
from lms.core.permissions import ROLES, SYSTEM
from lms.identity.provider import services as provider

commands = AppGroup("identity", help="Accounts and clients of the bundled OpenID provider.")


@commands.command("add-account")
@click.argument("username")
@click.option("--name", required=True, help="Full name, family name first.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="May be given several times.")
@click.option("--email")
@click.option("--organisation", help="Code of the school or department.")
@click.password_option(help="Asked for when it is not given.")
def add_account(username: str, name: str, roles: tuple[str, ...], email: str | None, organisation: str | None,
                password: str) -> None:
    """Add an account, or change the one with this user name."""
    try:
        with transaction():
            provider.save_account(SYSTEM, username=username, password=password, name=name, roles=roles,
                                  email=email, organisation=organisation)
    except Invalid as refused:
        raise _told(refused) from None
    click.echo(f"{username} can sign in.")


@commands.command("add-client")
@click.argument("client_id")
@click.option("--name", required=True)
@click.option("--redirect-uri", "redirect_uris", multiple=True, required=True)
@click.option("--post-logout-uri", "logout_uris", multiple=True)
def add_client(client_id: str, name: str, redirect_uris: tuple[str, ...],
               logout_uris: tuple[str, ...]) -> None:
    """Let another application sign people in here; prints its secret, once."""
    try:
        with transaction():
            made = provider.add_client(
                SYSTEM, client_id=client_id, name=name, redirect_uris=list(redirect_uris),
                post_logout_redirect_uris=list(logout_uris))
    except Invalid as refused:
        raise _told(refused) from None
    click.echo(made.secret)


def _told(refused: Invalid) -> click.ClickException:
    lines = [refused.message, *(f"{problem.where}: {problem.message}" for problem in refused.problems)]
    return click.ClickException("\n".join(lines))
