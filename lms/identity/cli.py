"""`bin/lms identity`: accounts and clients of the bundled provider."""

import click
from flask.cli import AppGroup

from lms.core.db import transaction
from lms.core.errors import Conflict, Invalid
from lms.core.permissions import ROLES, SYSTEM
from lms.identity.provider import keys
from lms.identity.provider import services as provider
from lms.identity.provider.models import KINDS, PROGRAM, WEB

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
@click.option("--redirect-uri", "redirect_uris", multiple=True)
@click.option("--post-logout-uri", "logout_uris", multiple=True)
@click.option("--back-channel-uri", help="Where it is told that a session has ended.")
@click.option("--kind", type=click.Choice(KINDS), default=WEB, help="A program needs no redirect address.")
@click.option("--scope", "scopes", multiple=True, help="May be given several times; else openid, profile, email.")
@click.option("--third-party", is_flag=True, help="Not the ministry's own: people are asked for consent.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="What a program is at the API.")
@click.option("--organisation", help="Code of the place where a program has its roles.")
def add_client(client_id: str, name: str, redirect_uris: tuple[str, ...], logout_uris: tuple[str, ...],
               back_channel_uri: str | None, kind: str, scopes: tuple[str, ...], third_party: bool,
               roles: tuple[str, ...], organisation: str | None) -> None:
    """Let another application sign people in here, or a program call the API; prints its secret, once."""
    usual = ("api",) if kind == PROGRAM else provider.DEFAULT_SCOPES
    try:
        with transaction():
            made = provider.add_client(
                SYSTEM, client_id=client_id, name=name, redirect_uris=list(redirect_uris),
                post_logout_redirect_uris=list(logout_uris), back_channel_uri=back_channel_uri, kind=kind,
                own=not third_party, scopes=list(scopes or usual), roles=list(roles), organisation=organisation)
    except Invalid as refused:
        raise _told(refused) from None
    click.echo(made.secret)


@commands.command("rotate-keys")
@click.option("--now", "at_once", is_flag=True, help="At once, even if the next key is not yet known to applications.")
def rotate_keys(at_once: bool) -> None:
    """Sign with the next key from now on; prints its id. Tokens signed before stay good."""
    try:
        click.echo(keys.rotate_keys(SYSTEM, at_once=at_once))
    except Conflict as refused:
        raise click.ClickException(f"{refused.message} (--now)") from None


def _told(refused: Invalid) -> click.ClickException:
    lines = [refused.message, *(f"{problem.where}: {problem.message}" for problem in refused.problems)]
    return click.ClickException("\n".join(lines))
