"""The words of a query as an FTS5 expression. Terms hold letters and digits only: nothing needs escaping."""

from collections.abc import Sequence
from itertools import pairwise

from search.query import Matching
from search.text import Word

_EXACT = "{title_exact people_exact body_exact}"
_FOLDED = "{title_folded people_folded body_folded}"


def match_expression(words: Sequence[Word], matching: Matching) -> str:
    """Return what a document must match; '' for no words."""
    clauses = [_clause((word,), matching) for word in words]
    return (" OR " if matching is Matching.SOME else " AND ").join(clauses)


def near_expression(words: Sequence[Word], matching: Matching) -> str:
    """Return what makes a match better: two words side by side, or the only word in the title."""
    if len(words) == 1:
        return f'({{title_folded}} : "{words[0].folded}")'
    return " OR ".join(_clause(pair, matching) for pair in pairwise(words))


def _clause(words: Sequence[Word], matching: Matching) -> str:
    """One phrase, with the marks that were typed if every word has them and they count."""
    exact = [word.exact for word in words if word.exact]
    if matching is Matching.MARKED and len(exact) == len(words):
        unmarked = " ".join(word.unmarked for word in words)
        return f'({_EXACT} : ("{" ".join(exact)}" OR "{unmarked}"))'
    return f'({_FOLDED} : "{" ".join(word.folded for word in words)}")'
