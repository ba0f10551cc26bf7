"""Things that rooms added since: each room's own function, called by `make_places`. Add yours here."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.guards.access.places import Places


def add_things(_places: "Places") -> None:
    """Put the things of the newer rooms into the world."""
