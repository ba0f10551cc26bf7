"""What is asked and what is answered; plain data, the same for both engines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from search.documents import FACETS, Document
from search.text import Word, query_words, tidy

TEXT_LIMIT = 300
WORD_LIMIT = 24
VALUE_LIMIT = 20
VALUE_LENGTH = 100
PER_PAGE_LIMIT = 50
DEPTH = 1_000


class Matching(Enum):
    """How strictly the words are taken: the first that finds anything is used."""

    MARKED = "every word, with the marks as typed"
    FOLDED = "every word, whatever its marks"
    SOME = "some of the words"


@dataclass(frozen=True)
class SearchQuery:
    """A person's question. Anything may stand in it: it is cut and cleaned before an engine sees it."""

    text: str = ""
    kinds: Sequence[str] = ()
    subjects: Sequence[str] = ()
    grades: Sequence[str] = ()
    licences: Sequence[str] = ()
    page: int = 1
    per_page: int = 20

    @property
    def clean_text(self) -> str:
        """The text without what nobody sees, TEXT_LIMIT characters at most."""
        return " ".join(tidy(self.text[: TEXT_LIMIT * 4]).split())[:TEXT_LIMIT]

    @property
    def words(self) -> list[Word]:
        """The words that are looked for, WORD_LIMIT at most."""
        return query_words(self.clean_text, WORD_LIMIT)

    @property
    def is_cut(self) -> bool:
        """Whether words at the end are left out."""
        kept = len(" ".join(tidy(self.text[: TEXT_LIMIT * 8]).split()))
        return kept > TEXT_LIMIT or len(query_words(self.clean_text, WORD_LIMIT + 1)) > WORD_LIMIT

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        """The chosen values of each facet that has any."""
        chosen = dict(zip(FACETS, (self.kinds, self.subjects, self.grades, self.licences), strict=True))
        return {name: cleaned for name, values in chosen.items() if (cleaned := _clean_values(values))}

    @property
    def window(self) -> tuple[int, int]:
        """(page, results a page), inside of what engines are asked for: DEPTH results from the top."""
        size = min(max(self.per_page, 1), PER_PAGE_LIMIT)
        return min(max(self.page, 1), DEPTH // size), size


@dataclass(frozen=True)
class EngineQuery:
    """What an engine is asked. `audience` None sees everything; no words matches every document."""

    words: Sequence[Word] = ()
    matching: Matching = Matching.MARKED
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    audience: frozenset[str] | None = frozenset()
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True)
class EngineResult:
    """What an engine answers.

    `matched` counts what the words find for this audience, `total` what the filters leave of it. `facets`
    counts for each facet what its values would leave, the other facets' filters kept.
    """

    documents: Sequence[Document] = ()
    total: int = 0
    matched: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Segment:
    """A piece of text as it stands in the document (never HTML); `hit` is to be shown as found."""

    text: str
    hit: bool = False


@dataclass(frozen=True)
class Hit:
    """One result; `labels` are the facets' values in the reader's language."""

    kind: str
    id: str
    url: str
    language: str
    facets: Mapping[str, Sequence[str]]
    labels: Mapping[str, Sequence[str]]
    people: Sequence[str]
    year: int | None
    updated_at: datetime
    title: Sequence[Segment]
    excerpt: Sequence[Segment]


@dataclass(frozen=True)
class FacetValue:
    """A value that results can be narrowed to."""

    value: str
    label: str
    count: int
    selected: bool = False


@dataclass(frozen=True)
class Facet:
    """One way to narrow down."""

    name: str
    label: str
    values: Sequence[FacetValue]


@dataclass(frozen=True)
class SearchResult:
    """One page of results; `notice` says what a person should know about how they were found."""

    hits: Sequence[Hit]
    total: int
    facets: Sequence[Facet]
    notice: str = ""
    page: int = 1
    per_page: int = 20

    @property
    def pages(self) -> int:
        """How many pages can be opened: DEPTH results at most."""
        return max(1, -(-min(self.total, DEPTH // self.per_page * self.per_page) // self.per_page))


def _clean_values(values: Iterable[str]) -> tuple[str, ...]:
    cleaned = (tidy(str(value)).strip()[:VALUE_LENGTH] for value in list(values)[:VALUE_LIMIT])
    return tuple(dict.fromkeys(filter(None, cleaned)))
