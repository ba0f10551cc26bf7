"""SQLite FTS5, in a file of its own so that writing the index never waits for the platform's database.

Tables come in generations; one row names the current one. A rebuild fills the next generation in batches and
moves the name, in one transaction with dropping the old tables.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from lms.core.errors import Unavailable
from lms.core.i18n import _l
from search.backends.fts5_match import match_expression, near_expression
from search.documents import FACETS, STREAMS, Document, from_json, term_streams, to_json
from search.query import EngineQuery, EngineResult

log = structlog.get_logger()

LAYOUT = 1
_BUSY_SECONDS = 10
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

# "@" stands for the generation, "@NAME" for one of the parts below.
_PARTS = {
    "@STREAMS": ", ".join(STREAMS),
    "@HOLES": ", ".join("?" * (len(STREAMS) + 1)),
    "@WEIGHTS": "6.0, 3.0, 1.0, 4.0, 2.0, 0.7",  # of STREAMS, in their order
    "@VISIBLE": """stored IS NOT NULL AND (? OR EXISTS (
        SELECT 1 FROM audience_@ JOIN json_each(?) AS held ON token = held.value
        WHERE document = document_@.id))""",
    # the filters that leave the document out
    "@MISSED": """FROM json_each(?) AS wanted WHERE NOT EXISTS (
        SELECT 1 FROM facet_@ AS own JOIN json_each(wanted.value) AS one ON own.value = one.value
        WHERE own.document = found.document AND own.name = wanted.key)""",
}
_TABLES = (
    """CREATE TABLE document_@ (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, updated_at TEXT NOT NULL,
        stored TEXT)""",
    """CREATE TABLE audience_@ (
        token TEXT NOT NULL, document INTEGER NOT NULL, PRIMARY KEY (token, document)) WITHOUT ROWID""",
    "CREATE INDEX audience_document_@ ON audience_@ (document)",
    """CREATE TABLE facet_@ (
        document INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (document, name, value)) WITHOUT ROWID""",
    "CREATE INDEX facet_value_@ ON facet_@ (name, value, document)",
    """CREATE VIRTUAL TABLE terms_@ USING fts5 (
        @STREAMS, tokenize = "unicode61 remove_diacritics 0 tokenchars '~'")""",
)
_DROP = ("DROP TABLE document_@", "DROP TABLE audience_@", "DROP TABLE facet_@", "DROP TABLE terms_@")
_CLEAR = (
    "DELETE FROM terms_@ WHERE rowid = ?",
    "DELETE FROM audience_@ WHERE document = ?",
    "DELETE FROM facet_@ WHERE document = ?",
)
_UPSERT = """
    INSERT INTO document_@ (key, version, updated_at, stored) VALUES (?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE
    SET version = excluded.version, updated_at = excluded.updated_at, stored = excluded.stored
    WHERE excluded.version >= document_@.version RETURNING id"""
# What the words find for the audience; `missed` counts the filters that leave it out, `miss` is one of them.
_FOUND = """
    CREATE TEMP TABLE found (
        document INTEGER PRIMARY KEY, score REAL NOT NULL, missed INTEGER NOT NULL DEFAULT 0, miss TEXT)"""
_FIND_ALL = "INSERT INTO found (document, score) SELECT id, 0.0 FROM document_@ WHERE @VISIBLE"
_FIND = """
    WITH matched AS MATERIALIZED (
        SELECT rowid AS id, bm25(terms_@, @WEIGHTS) AS score FROM terms_@ WHERE terms_@ MATCH ?),
    near AS MATERIALIZED (SELECT rowid AS id FROM terms_@ WHERE terms_@ MATCH ?)
    INSERT INTO found (document, score)
    SELECT id, score * CASE WHEN id IN (SELECT id FROM near) THEN 2 ELSE 1 END
    FROM matched JOIN document_@ USING (id) WHERE @VISIBLE"""
_FILTER = "UPDATE found SET missed = (SELECT count(*) @MISSED), miss = (SELECT max(wanted.key) @MISSED)"
_PAGE = """
    SELECT stored FROM found JOIN document_@ ON id = document WHERE missed = 0
    ORDER BY score, updated_at DESC, key LIMIT ? OFFSET ?"""
_VALUES = """
    SELECT value, count(*) FROM found CROSS JOIN facet_@ AS counted ON counted.document = found.document
    WHERE counted.name = ? AND (missed = 0 OR (missed = 1 AND miss = counted.name)) GROUP BY value"""


class FtsEngine:
    """The engine of the embedded size."""

    def __init__(self, path: Path) -> None:
        """Bind to a file; it is made by `setup`."""
        self.path = path

    def setup(self) -> bool:
        """Make the tables if they are not there in the present layout."""
        with self._writing() as connection:
            if _generation(connection):
                return False
            connection.execute("DROP TABLE IF EXISTS state")
            connection.execute("CREATE TABLE state (layout INTEGER NOT NULL, generation INTEGER NOT NULL)")
            new = _make_tables(connection)
            connection.execute("INSERT INTO state VALUES (?, ?)", (LAYOUT, new))
            _drop_tables(connection, keep=new)
            return True

    def index(self, documents: Sequence[Document], *, version: int) -> None:
        """Add or replace documents in one transaction."""
        with self._writing() as connection:
            generation = _need_generation(connection)
            for document in documents:
                _write(connection, generation, document, version)

    def delete(self, keys: Sequence[str], *, version: int) -> None:
        """Empty the documents; their versions stay, so that an older write does not bring them back."""
        with self._writing() as connection:
            generation = _need_generation(connection)
            for key in keys:
                _replace(connection, generation, key, version)

    def query(self, asked: EngineQuery) -> EngineResult:
        """Find once into a temporary table, then count and page from it."""
        with self._reading() as connection:
            generation = _generation(connection)
            if not generation:
                return EngineResult()
            _find(connection, generation, asked)
            page = connection.execute(_sql(_PAGE, generation), (asked.limit, asked.offset))
            values = _sql(_VALUES, generation)
            return EngineResult(
                documents=[from_json(json.loads(stored)) for (stored,) in page],
                total=_number(connection, "SELECT count(*) FROM found WHERE missed = 0"),
                matched=_number(connection, "SELECT count(*) FROM found"),
                facets={name: dict(connection.execute(values, (name,)).fetchall()) for name in FACETS},
            )

    def count(self) -> int:
        """Count what is not deleted."""
        with self._reading() as connection:
            generation = _generation(connection)
            if not generation:
                return 0
            statement = _sql("SELECT count(*) FROM document_@ WHERE stored IS NOT NULL", generation)
            return _number(connection, statement)

    def rebuild(self, batches: Iterable[Sequence[Document]], *, version: int) -> int:
        """Fill the next generation, a transaction a batch, then make it the current one."""
        self.setup()
        with self._writing() as connection:
            _drop_tables(connection, keep=_need_generation(connection))
            new = _make_tables(connection)
        written = 0
        for batch in batches:
            with self._writing() as connection:
                for document in batch:
                    _write(connection, new, document, version)
            written += len(batch)
        with self._writing() as connection:
            connection.execute("UPDATE state SET generation = ?", (new,))
            _drop_tables(connection, keep=new)
        return written

    def forget(self) -> None:
        """Remove the file and its log."""
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """One snapshot: a rebuild may change the generation meanwhile."""
        with self._open() as connection:
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one piece of work; closing it rolls back what was not committed."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(
                sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
            ) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                yield connection
        except (sqlite3.DatabaseError, OSError) as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED:
                self._set_aside()
            raise Unavailable(_l("Search does not answer at the moment."), service="search") from error

    def _set_aside(self) -> None:
        """Nothing in the index is lost with it: the next refresh finds none and makes it anew."""
        log.error("search-index-damaged", file=self.path.name)
        for suffix in ("", "-wal", "-shm"):
            part = self.path.with_name(self.path.name + suffix)
            if part.is_file():
                part.replace(part.with_name(part.name + ".damaged"))


def _sql(statement: str, generation: int) -> str:
    for name, part in _PARTS.items():
        statement = statement.replace(name, part)
    return statement.replace("@", str(generation))


def _generation(connection: sqlite3.Connection) -> int:
    """The current generation in the present layout; 0 without one."""
    if not _number(connection, "SELECT count(*) FROM sqlite_schema WHERE name = 'state'"):
        return 0
    return _number(connection, "SELECT max(generation) FROM state WHERE layout = ?", LAYOUT)


def _need_generation(connection: sqlite3.Connection) -> int:
    generation = _generation(connection)
    if not generation:
        raise Unavailable(_l("The search index is being made."), service="search")
    return generation


def _made_generations(connection: sqlite3.Connection) -> list[int]:
    """All generations that have tables, the current one and what a broken rebuild left."""
    names = connection.execute("SELECT name FROM sqlite_schema WHERE name GLOB 'document_[0-9]*'").fetchall()
    return [int(name.removeprefix("document_")) for (name,) in names]


def _make_tables(connection: sqlite3.Connection) -> int:
    new = max(_made_generations(connection), default=0) + 1
    for statement in _TABLES:
        connection.execute(_sql(statement, new))
    return new


def _drop_tables(connection: sqlite3.Connection, *, keep: int) -> None:
    for generation in _made_generations(connection):
        for statement in _DROP if generation != keep else ():
            connection.execute(_sql(statement, generation))


def _write(connection: sqlite3.Connection, generation: int, document: Document, version: int) -> None:
    row = _replace(connection, generation, document.key, version, document)
    if row is None:
        return
    streams = term_streams(document)
    connection.execute(
        _sql("INSERT INTO terms_@ (rowid, @STREAMS) VALUES (@HOLES)", generation),
        (row, *(streams[name] for name in STREAMS)),
    )
    connection.executemany(
        _sql("INSERT INTO audience_@ VALUES (?, ?)", generation),
        [(token, row) for token in dict.fromkeys(document.audience)],
    )
    connection.executemany(
        _sql("INSERT INTO facet_@ VALUES (?, ?, ?)", generation),
        [(row, name, value) for name in FACETS for value in document.facet_values(name)],
    )


def _replace(
    connection: sqlite3.Connection, generation: int, key: str, version: int, document: Document | None = None
) -> int | None:
    """Write a document's row (None: deleted), drop what hung on it; None if a newer write was there."""
    updated_at = document.updated_at if document else datetime.now(UTC)
    stored = json.dumps(to_json(document), ensure_ascii=False) if document else None
    moment = updated_at.astimezone(UTC).isoformat(timespec="microseconds")
    rows = connection.execute(_sql(_UPSERT, generation), (key, version, moment, stored)).fetchall()
    if not rows:
        return None
    for statement in _CLEAR:
        connection.execute(_sql(statement, generation), rows[0])
    return int(rows[0][0])


def _find(connection: sqlite3.Connection, generation: int, asked: EngineQuery) -> None:
    """Fill the temporary table `found`."""
    connection.execute(_FOUND)
    audience = (asked.audience is None, json.dumps(sorted(asked.audience or ())))
    if asked.words:
        expressions = (
            match_expression(asked.words, asked.matching),
            near_expression(asked.words, asked.matching),
        )
        connection.execute(_sql(_FIND, generation), (*expressions, *audience))
    else:
        connection.execute(_sql(_FIND_ALL, generation), audience)
    if asked.filters:
        filters = json.dumps({name: list(values) for name, values in asked.filters.items()})
        connection.execute(_sql(_FILTER, generation), (filters, filters))


def _number(connection: sqlite3.Connection, statement: str, *values: Any) -> int:
    return int(connection.execute(statement, values).fetchone()[0] or 0)
