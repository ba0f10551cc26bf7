"""Elasticsearch, with nothing but what every distribution has: the terms are cut in search.text.

An alias names the index in use; the index behind it carries layout and time in its name. A rebuild fills a
new index and moves the alias. Writes carry external versions; a deleted document stays as an empty one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import structlog
from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from lms.core import clock
from lms.core.errors import Unavailable
from lms.core.i18n import _l
from search.backends.elastic_query import request_body
from search.documents import FACETS, STREAMS, Document, from_json, term_streams, to_json
from search.query import EngineQuery, EngineResult

log = structlog.get_logger()

LAYOUT = 1
_SECONDS = 5
_SECONDS_OF_WRITES = 60
_CHUNK = 200
Answer = TypeVar("Answer")

_SETTINGS = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    "analysis": {"analyzer": {"terms": {"type": "custom", "tokenizer": "whitespace"}}},
}
_KEYWORD = {"type": "keyword"}
_MAPPINGS = {
    "dynamic": "strict",
    "_source": {"excludes": ["terms"]},
    "properties": {
        "key": _KEYWORD,
        "updated_at": {"type": "date"},
        "audience": _KEYWORD,
        "facets": {"properties": dict.fromkeys(FACETS, _KEYWORD)},
        "terms": {"properties": {name: {"type": "text", "analyzer": "terms"} for name in STREAMS}},
        "deleted": {"type": "boolean"},
        "stored": {"type": "object", "enabled": False},
    },
}


class ElasticEngine:
    """The engine of the full size. The names of its indices begin with `prefix`."""

    def __init__(self, url: str, prefix: str) -> None:
        """Bind to a server; nothing is asked of it yet."""
        self.alias = f"{prefix}-documents"
        self.client = Elasticsearch(url, request_timeout=_SECONDS, max_retries=0, retry_on_timeout=False)
        self.writer = self.client.options(request_timeout=_SECONDS_OF_WRITES)

    def setup(self) -> bool:
        """Make an index and its alias if there is none of the present layout."""
        names = self._ask(self._names)
        if any(name.startswith(self._stem) for name in names):
            return False
        self._ask(lambda: self._move_alias(self._make(), names))
        return True

    def index(self, documents: Sequence[Document], *, version: int) -> None:
        """Add or replace documents; returns when they can be found."""
        rows = [(document.key, _row(document)) for document in documents]
        self._ask(lambda: self._write(self.alias, rows, version))

    def delete(self, keys: Sequence[str], *, version: int) -> None:
        """Put empty documents in their place, which keep out older writes until the next rebuild."""
        rows = [(key, {"key": key, "deleted": True}) for key in keys]
        self._ask(lambda: self._write(self.alias, rows, version))

    def query(self, asked: EngineQuery) -> EngineResult:
        """One request: a page, the counts and the facets."""
        body = request_body(asked)
        try:
            answer = self._ask(lambda: self.client.search(index=self.alias, **body).body)
        except _NoIndex:
            return EngineResult()
        counted = answer["aggregations"]
        return EngineResult(
            documents=[from_json(hit["_source"]["stored"]) for hit in answer["hits"]["hits"]],
            total=answer["hits"]["total"]["value"],
            matched=counted["matched"]["doc_count"],
            facets={
                name: {bucket["key"]: bucket["doc_count"] for bucket in counted[name]["values"]["buckets"]}
                for name in FACETS
            },
        )

    def count(self) -> int:
        """Count what is not deleted."""
        alive = {"bool": {"must_not": {"term": {"deleted": True}}}}
        try:
            return int(self._ask(lambda: self.client.count(index=self.alias, query=alive).body["count"]))
        except _NoIndex:
            return 0

    def rebuild(self, batches: Iterable[Sequence[Document]], *, version: int) -> int:
        """Fill a new index, then move the alias and drop the old one in one step."""
        self._ask(self._drop_leftovers)
        name = self._ask(self._make)
        written = 0
        try:
            for batch in batches:
                rows = [(document.key, _row(document)) for document in batch]
                self._ask(partial(self._write, name, rows, version, refresh=False))
                written += len(batch)
        except BaseException:
            with suppress(Unavailable):
                self._ask(lambda: self.writer.indices.delete(index=name))
            raise
        self._ask(lambda: self._finish(name))
        return written

    def forget(self) -> None:
        """Remove every index of this prefix."""
        for name in self._ask(lambda: list(self.client.indices.get(index=f"{self.alias}-v*").body)):
            self._ask(partial(self.writer.indices.delete, index=name))

    @property
    def _stem(self) -> str:
        """What the names of indices of the present layout begin with."""
        return f"{self.alias}-v{LAYOUT}-"

    def _names(self) -> list[str]:
        """The indices behind the alias; one, or none."""
        try:
            return list(self.client.indices.get_alias(name=self.alias).body)
        except NotFoundError:
            return []

    def _make(self) -> str:
        name = f"{self._stem}{clock.now():%Y%m%d%H%M%S%f}"
        self.writer.indices.create(index=name, settings=_SETTINGS, mappings=_MAPPINGS)
        return name

    def _drop_leftovers(self) -> None:
        """Remove what a rebuild left that was killed."""
        kept = self._names()
        for name in self.client.indices.get(index=f"{self.alias}-v*").body:
            if name not in kept:
                self.writer.indices.delete(index=name)

    def _finish(self, name: str) -> None:
        self.writer.indices.refresh(index=name)
        self._move_alias(name, self._names())

    def _move_alias(self, name: str, old: Sequence[str]) -> None:
        actions: list[dict[str, Any]] = [{"remove_index": {"index": one}} for one in old]
        add = {"index": name, "alias": self.alias, "is_write_index": True}
        self.writer.indices.update_aliases(actions=[*actions, {"add": add}])

    def _write(
        self,
        target: str,
        rows: Sequence[tuple[str, dict[str, Any]]],
        version: int,
        *,
        refresh: bool = True,
    ) -> None:
        """Send rows in chunks. A version conflict means that something newer is there, as it should be."""
        for start in range(0, len(rows), _CHUNK):
            operations: list[Mapping[str, Any]] = []
            for key, row in rows[start : start + _CHUNK]:
                operations += [
                    {"index": {"_id": key, "version": version, "version_type": "external_gte"}},
                    row,
                ]
            answer = self.writer.bulk(
                index=target, operations=operations, refresh=refresh, require_alias=target == self.alias
            )
            _check(answer.body)

    def _ask(self, request: Callable[[], Answer]) -> Answer:
        """Make a request; whatever keeps the server from answering it becomes Unavailable."""
        try:
            return request()
        except NotFoundError as error:
            raise _NoIndex() from error
        except (TransportError, ApiError) as error:
            raise Unavailable(_l("Search does not answer at the moment."), service="search") from error


class _NoIndex(Unavailable):
    """The alias is not there: nothing was set up yet, or somebody removed it."""

    def __init__(self) -> None:
        super().__init__(_l("The search index is being made."), service="search")


def _row(document: Document) -> dict[str, Any]:
    return {
        "key": document.key,
        "updated_at": document.updated_at.isoformat(),
        "audience": list(dict.fromkeys(document.audience)),
        "facets": {name: document.facet_values(name) for name in FACETS},
        "terms": term_streams(document),
        "deleted": False,
        "stored": to_json(document),
    }


def _check(answer: Mapping[str, Any]) -> None:
    """Raise if the rows cannot be taken now. One that is refused for good must not hold up the others."""
    for item in answer["items"] if answer["errors"] else ():
        told = item["index"]
        if told["status"] == 404:
            raise _NoIndex()
        if told["status"] in (429, 503):
            raise Unavailable(_l("Search does not answer at the moment."), service="search")
        if told["status"] >= 400 and told["status"] != 409:
            log.error("search-document-refused", key=told["_id"], error=told.get("error", {}).get("type"))
