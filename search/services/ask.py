"""Asking: who asks, how strictly the words are taken, and the answer as a page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lms.core.db import outside_transaction
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from search.backends.current import engine
from search.documents import FACETS, Document
from search.highlight import excerpt, mark
from search.permissions import audience_of
from search.query import (
    DEPTH,
    WORD_LIMIT,
    EngineQuery,
    EngineResult,
    Facet,
    FacetValue,
    Hit,
    Matching,
    SearchQuery,
    SearchResult,
)
from search.sources import FACET_LABELS, labels_of
from search.text import Word


def search(actor: Actor, query: SearchQuery) -> SearchResult:
    """Return one page of what `actor` may find, with facets that count the same; raises Unavailable."""
    authorize(actor, "search:use")
    words = query.words
    page, per_page = query.window
    if query.clean_text and not words:
        return SearchResult((), 0, (), _("Type at least one word or number."), per_page=per_page)
    labels = {name: labels_of(name) for name in FACETS}
    asked = EngineQuery(
        words=words,
        filters=query.filters,
        audience=audience_of(actor),
        offset=(page - 1) * per_page,
        limit=per_page,
    )
    outside_transaction()
    matching, result = _ask(asked)
    shown = words if matching is Matching.MARKED else [Word(word.folded) for word in words]
    return SearchResult(
        hits=[_hit(document, shown, labels) for document in result.documents],
        total=result.total,
        facets=[_facet(name, result, asked, labels[name]) for name in FACETS],
        notice=_notice(query, matching, result),
        page=page,
        per_page=per_page,
    )


def _ask(asked: EngineQuery) -> tuple[Matching, EngineResult]:
    """Ask as strictly as finds anything; what the filters leave of it is another matter."""
    result = EngineResult()
    for matching in Matching if asked.words else [Matching.MARKED]:
        result = engine().query(replace(asked, matching=matching))
        if result.matched:
            return matching, result
    return Matching.MARKED, result


def _notice(query: SearchQuery, matching: Matching, result: EngineResult) -> str:
    told = []
    if query.is_cut:
        told.append(
            _("Your question was long: only its first %(number)s words were used.", number=WORD_LIMIT)
        )
    if matching is Matching.FOLDED:
        told.append(
            _("Nothing has exactly these tone marks. These results have the same letters with other marks.")
        )
    if matching is Matching.SOME:
        told.append(_("Nothing has all of these words. These results have some of them."))
    if result.total > DEPTH:
        told.append(_("Only the first %(number)s results can be opened. Narrow them down.", number=DEPTH))
    return " ".join(told)


def _hit(document: Document, words: Sequence[Word], labels: Mapping[str, Mapping[str, str]]) -> Hit:
    facets = {name: document.facet_values(name) for name in FACETS}
    return Hit(
        kind=document.kind,
        id=document.id,
        url=document.url,
        language=document.language,
        facets=facets,
        labels={name: [labels[name].get(code, code) for code in codes] for name, codes in facets.items()},
        people=tuple(document.people),
        year=document.year,
        updated_at=document.updated_at,
        title=mark(document.title, words),
        excerpt=excerpt(" · ".join(document.body.split("\n\n")), words),
    )


def _facet(name: str, result: EngineResult, asked: EngineQuery, labels: dict[str, str]) -> Facet:
    """The values that are left, the most frequent first; a chosen one stays even if it leaves nothing."""
    chosen = asked.filters.get(name, ())
    counts = dict.fromkeys(chosen, 0) | dict(result.facets.get(name, {}))
    order = {code: place for place, code in enumerate(labels)}
    codes = sorted(counts, key=lambda code: (-counts[code], order.get(code, len(order)), code))
    values = [FacetValue(code, labels.get(code, code), counts[code], code in chosen) for code in codes]
    return Facet(name, str(FACET_LABELS[name]), values)
