"""What other rooms and the doors of search may do."""

from search.services.ask import search
from search.services.keep import count_documents, rebuild, refresh
from search.sources import register_dependents, register_labels, register_source

__all__ = [
    "count_documents",
    "rebuild",
    "refresh",
    "register_dependents",
    "register_labels",
    "register_source",
    "search",
]
