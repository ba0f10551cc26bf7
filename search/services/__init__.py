"""What other rooms and the doors of search may do."""

from search.services.ask import audience_of, search
from search.services.keep import ENGINE, count_documents, rebuild, refresh
from search.sources import register_labels, register_source

__all__ = [
    "ENGINE",
    "audience_of",
    "count_documents",
    "rebuild",
    "refresh",
    "register_labels",
    "register_source",
    "search",
]
