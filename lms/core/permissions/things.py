"""Kinds of things as the page of reasons finds them: each room says how one of its own is read and called.

This opens no way around the table: whoever asks about a thing must be allowed to see it himself (`Kind.reads`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Kind:
    """A kind of thing. `hole` is what addresses call its id; `permissions` are patterns such as "exam:*".

    `load` returns what the rules of these permissions are asked about, None where there is none; `title` its name.
    """

    name: str
    label: Any
    hole: str
    permissions: tuple[str, ...]
    reads: str
    load: Callable[[UUID], Any]
    title: Callable[[Any], str]

    def suits(self, permission: str) -> bool:
        """Whether this permission is asked about such things."""
        return any(fnmatchcase(permission, pattern) for pattern in self.permissions)


_kinds: dict[str, Kind] = {}


def know_kind(kind: Kind) -> None:
    """Told by each room as the application is set up."""
    _kinds[kind.name] = kind


def kinds_for(permission: str) -> Iterable[Kind]:
    """The kinds that a permission is asked about."""
    return [kind for kind in _kinds.values() if kind.suits(permission)]
