"""What every service can do."""

from collections.abc import Mapping
from typing import Protocol


class Service(Protocol):
    """One service; `install` and `start` do nothing when there is nothing to do."""

    name: str

    @property
    def port(self) -> int:
        """The port on loopback."""

    def install(self) -> None:
        """Fetch or build what the machine lacks; Debian packages are already there."""

    def start(self) -> None:
        """Start it and return once it answers; raise ServiceError with the end of its log."""

    def stop(self) -> bool:
        """End it; return whether it was running."""

    def answers(self) -> bool:
        """Ask it something that only a working service answers."""

    def settings(self) -> Mapping[str, str]:
        """Return the platform's settings that lead to it."""
