"""A query as Elasticsearch's request. Pure."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from search.documents import FACETS
from search.query import EngineQuery, Matching
from search.text import Word

_WEIGHTS = {
    "exact": {"terms.title_exact": 6.0, "terms.people_exact": 3.0, "terms.body_exact": 1.0},
    "folded": {"terms.title_folded": 4.0, "terms.people_folded": 2.0, "terms.body_folded": 0.7},
}
_VALUES = 200
Clause = dict[str, Any]


def request_body(asked: EngineQuery) -> dict[str, Any]:
    """Return the arguments of a search; a facet is counted under the filters of the other facets."""
    chosen = {name: {"terms": {f"facets.{name}": list(values)}} for name, values in asked.filters.items()}
    return {
        "query": _query(asked),
        "post_filter": {"bool": {"filter": list(chosen.values())}},
        "aggs": {"matched": {"filter": {"match_all": {}}}} | {name: _facet(name, chosen) for name in FACETS},
        "sort": [{"_score": "desc"}, {"updated_at": "desc"}, {"key": "asc"}],
        "from_": asked.offset,
        "size": asked.limit,
        "source": ["stored"],
        "track_total_hits": True,
    }


def _query(asked: EngineQuery) -> Clause:
    filters: list[Clause] = [{"term": {"deleted": False}}]
    if asked.audience is not None:
        filters.append({"terms": {"audience": sorted(asked.audience)}})
    if not asked.words:
        return {"bool": {"filter": filters}}
    clauses = [_clause((word,), asked.matching) for word in asked.words]
    every = asked.matching is not Matching.SOME
    found = {"bool": {"must" if every else "should": clauses}}
    near = [_clause(pair, asked.matching) for pair in pairwise(asked.words)]
    return {"bool": {"filter": filters, "must": [found], "should": near}}


def _clause(words: Sequence[Word], matching: Matching) -> Clause:
    """One word, or words side by side, in the field where it counts most."""
    exact = [word.exact for word in words if word.exact]
    if matching is Matching.MARKED and len(exact) == len(words):
        unmarked = [word.unmarked for word in words]
        return {
            "dis_max": {
                "queries": [*_phrases(exact, "exact"), *_phrases(unmarked, "exact")],
                "tie_breaker": 0.3,
            }
        }
    return {"dis_max": {"queries": _phrases([word.folded for word in words], "folded"), "tie_breaker": 0.3}}


def _phrases(terms: Sequence[str], stream: str) -> list[Clause]:
    text = " ".join(terms)
    return [
        {"match_phrase": {field: {"query": text, "boost": boost}}}
        for field, boost in _WEIGHTS[stream].items()
    ]


def _facet(name: str, chosen: Mapping[str, Clause]) -> Clause:
    others = [clause for other, clause in chosen.items() if other != name]
    values = {"terms": {"field": f"facets.{name}", "size": _VALUES}}
    return {"filter": {"bool": {"filter": others}}, "aggs": {"values": values}}
