"""What an engine must do. The contract suite says it in detail and runs on every engine."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from search.documents import Document
from search.query import EngineQuery, EngineResult


class Engine(Protocol):
    """An index of documents that can always be rebuilt; every method may raise Unavailable.

    A write carries a version: a moment, in microseconds, before its document was read from the truth. A write
    that is older than what the index holds changes nothing, so writes may arrive in any order and twice.
    """

    def setup(self) -> bool:
        """Make an empty index if there is none of the present layout; return whether one was made."""

    def index(self, documents: Sequence[Document], *, version: int) -> None:
        """Add or replace documents; they can be found when it returns."""

    def delete(self, keys: Sequence[str], *, version: int) -> None:
        """Take documents out by Document.key; an unknown key is no error, and older writes of it stay out."""

    def query(self, asked: EngineQuery) -> EngineResult:
        """Return the documents that match, the best first."""

    def count(self) -> int:
        """Return how many documents can be found by somebody who sees all."""

    def rebuild(self, batches: Iterable[Sequence[Document]], *, version: int) -> int:
        """Fill a new index beside the old one and put it in its place at once; return how many it holds.

        The old one answers until then, and stays if this fails.
        """

    def forget(self) -> None:
        """Remove the index and all that belongs to it, for a platform that is thrown away."""
