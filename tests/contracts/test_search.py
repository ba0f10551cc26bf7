"""The contract of an engine, on every engine of the size under test."""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.backends.elastic import ElasticEngine
from search.backends.fts5 import FtsEngine
from search.backends.port import Engine
from search.documents import FACETS, Document
from search.query import EngineQuery, EngineResult, Matching
from search.text import query_words
from tests.factories.search import make_document

ENGINES = ["fts5", "elastic"] if os.environ.get("LMS_SIZE") == "full" else ["fts5"]
EVERYBODY = frozenset({"public"})
PREFIX = "lmstest-contract"


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine that was set up and is empty."""
    if request.param == "fts5":
        made: Engine = FtsEngine(tmp_path / "search.sqlite")
        made.setup()
        yield made
        return
    url = os.environ["LMS_ELASTICSEARCH_URL"]
    _drop_indices(url)
    made = ElasticEngine(url, PREFIX)
    made.setup()
    yield made
    made.client.close()
    _drop_indices(url)


def _drop_indices(url: str) -> None:
    with Elasticsearch(url) as client:
        for name in client.indices.get(index=f"{PREFIX}-*").body:
            client.indices.delete(index=name)


def ask(engine: Engine, text: str = "", **changes: object) -> EngineResult:
    return engine.query(EngineQuery(words=query_words(text, 24), **{"audience": EVERYBODY, **changes}))


def titles(result: EngineResult) -> list[str]:
    return [document.title for document in result.documents]


def test_setup_makes_an_index_once(engine: Engine) -> None:
    assert engine.setup() is False
    assert engine.count() == 0
    assert ask(engine, "gì đó").total == 0


def test_a_document_comes_back_as_it_was(engine: Engine) -> None:
    document = make_document(
        "Sóng cơ",
        body="Giao thoa <b>sóng</b>",
        facets={"kind": "lecture", "subject": ["VL", "TO"]},
        people=["Nguyễn Thị Hoa"],
        year=2024,
        updated_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    engine.index([document], version=1)
    [found] = ask(engine, "sóng").documents
    assert (found.title, found.body, found.url) == (document.title, document.body, document.url)
    assert (found.people, found.year, found.updated_at) == (["Nguyễn Thị Hoa"], 2024, document.updated_at)
    assert found.facet_values("subject") == ["VL", "TO"]


@pytest.mark.parametrize(
    "typed",
    [
        "dao động điều hoà",
        "dao động điều hòa",
        "dao dong dieu hoa",
        "DAO ĐỘNG",
        "điều hoà dao động",
        "hoà",
        "dao đô\u0323ng",
    ],
)
def test_words_find_with_marks_and_without(engine: Engine, typed: str) -> None:
    engine.index([make_document("Dao động điều hoà"), make_document("Sóng ánh sáng")], version=1)
    assert titles(ask(engine, typed)) == ["Dao động điều hoà"]


def test_one_spelling_of_i_and_y(engine: Engine) -> None:
    engine.index([make_document("Vật lý 12")], version=1)
    assert ask(engine, "vật lí").total == ask(engine, "vat li").total == ask(engine, "vat ly").total == 1


def test_typed_marks_count(engine: Engine) -> None:
    engine.index([make_document("Toán lớp 12"), make_document("Toàn văn luận án")], version=1)
    assert titles(ask(engine, "toán")) == ["Toán lớp 12"]
    assert ask(engine, "toan").total == 2
    assert ask(engine, "toán", matching=Matching.FOLDED).total == 2


def test_text_without_marks_is_found_by_words_with_marks(engine: Engine) -> None:
    engine.index([make_document("de thi toan 2025.pdf")], version=1)
    assert ask(engine, "đề thi toán").total == 1


def test_every_word_must_be_there_unless_some_will_do(engine: Engine) -> None:
    engine.index([make_document("Sóng cơ"), make_document("Sóng ánh sáng")], version=1)
    assert titles(ask(engine, "sóng cơ")) == ["Sóng cơ"]
    assert ask(engine, "sóng từ").total == 0
    assert ask(engine, "sóng từ", matching=Matching.SOME).total == 2


def test_the_title_counts_more_than_the_body_and_neighbours_more_than_strangers(engine: Engine) -> None:
    filler = "một tài liệu khác nói về chuyện khác nữa " * 3
    engine.index(
        [
            make_document("Bài đọc thêm", body=f"{filler} tích phân {filler}"),
            make_document("Tích phân"),
            make_document("Bài tổng hợp", body=f"phân số {filler} tích số {filler}"),
        ],
        version=1,
    )
    assert titles(ask(engine, "tich phan"))[0] == "Tích phân"
    assert titles(ask(engine, "tich phan"))[1:] == ["Bài đọc thêm", "Bài tổng hợp"]


def test_people_are_found(engine: Engine) -> None:
    engine.index([make_document("Luận văn", people=["Trần Minh Anh"])], version=1)
    assert ask(engine, "tran minh anh").total == 1


def test_only_the_audience_sees_it(engine: Engine) -> None:
    engine.index(
        [
            make_document("Đề mở"),
            make_document("Đề của trường", audience=["organisation:1", "person:9"]),
            make_document("Đề nháp", audience=[]),
        ],
        version=1,
    )
    assert titles(ask(engine, "đề")) == ["Đề mở"]
    assert ask(engine, "đề", audience=frozenset({"public", "organisation:1"})).total == 2
    assert ask(engine, "đề", audience=frozenset({"person:9"})).total == 1
    assert ask(engine, "đề", audience=frozenset()).total == 0
    assert ask(engine, "đề", audience=None).total == 3


def _shelf(engine: Engine) -> None:
    rows = [
        ("lecture", "VL", "12", "public"),
        ("lecture", "TO", "12", "public"),
        ("thesis", "VL", "", "public"),
        ("thesis", "TO", "11", "person:1"),
    ]
    engine.index(
        [
            make_document(
                f"Tài liệu {n}",
                facets={"kind": kind, "subject": subject, "grade": grade},
                audience=[audience],
            )
            for n, (kind, subject, grade, audience) in enumerate(rows)
        ],
        version=1,
    )


def test_facets_count_what_the_audience_may_see(engine: Engine) -> None:
    _shelf(engine)
    result = ask(engine, "tài liệu")
    assert set(result.facets) == set(FACETS)
    assert result.facets["kind"] == {"lecture": 2, "thesis": 1}
    assert result.facets["grade"] == {"12": 2}
    assert ask(engine, "tài liệu", audience=None).facets["kind"] == {"lecture": 2, "thesis": 2}


def test_facets_of_several_choices(engine: Engine) -> None:
    _shelf(engine)
    result = ask(engine, "tài liệu", filters={"kind": ["lecture"], "subject": ["VL", "TO"]})
    assert (result.total, result.matched) == (2, 3)
    assert result.facets["kind"] == {"lecture": 2, "thesis": 1}
    assert result.facets["subject"] == {"VL": 1, "TO": 1}
    narrow = ask(engine, "tài liệu", filters={"kind": ["thesis"], "subject": ["TO"]})
    assert (narrow.total, narrow.matched) == (0, 3)
    assert narrow.facets["kind"] == {"lecture": 1}
    assert narrow.facets["subject"] == {"VL": 1}


def test_a_value_is_only_a_value(engine: Engine) -> None:
    _shelf(engine)
    for value in ("'; DROP TABLE state; --", "*", '"', "\\", "lecture OR 1"):
        assert ask(engine, "tài liệu", filters={"kind": [value]}).total == 0
    assert engine.count() == 4


def test_pages_do_not_overlap(engine: Engine) -> None:
    engine.index([make_document(f"Chương {n:02}") for n in range(25)], version=1)
    pages = [titles(ask(engine, "chương", offset=offset, limit=10)) for offset in (0, 10, 20, 30)]
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    assert len(set().union(*pages)) == 25
    assert ask(engine, "chương", limit=1).total == 25


def test_without_words_the_newest_come_first(engine: Engine) -> None:
    engine.index(
        [
            make_document(f"Năm {year}", updated_at=datetime(year, 1, 1, tzinfo=UTC))
            for year in (2024, 2026, 2025)
        ],
        version=1,
    )
    assert titles(ask(engine)) == ["Năm 2026", "Năm 2025", "Năm 2024"]


def test_a_later_write_replaces_all_of_an_earlier_one(engine: Engine) -> None:
    old = make_document("Cũ", facets={"kind": "lecture"}, audience=["public"])
    new = Document(kind=old.kind, id=old.id, title="Mới", facets={"kind": "thesis"}, audience=["public"])
    engine.index([old], version=5)
    engine.index([new], version=6)
    assert ask(engine, "cũ").total == 0
    assert ask(engine, "mới").facets["kind"] == {"thesis": 1}
    assert engine.count() == 1


def test_an_old_write_never_wins(engine: Engine) -> None:
    new = make_document("Mới")
    old = Document(kind=new.kind, id=new.id, title="Cũ", audience=["public"])
    engine.index([new], version=6)
    engine.index([old, make_document("Khác")], version=5)
    assert ask(engine, "mới").total == 1
    assert ask(engine, "cũ").total == 0
    assert ask(engine, "khác").total == 1
    engine.delete([new.key], version=4)
    assert ask(engine, "mới").total == 1


def test_the_same_write_twice_is_one(engine: Engine) -> None:
    document = make_document("Hai lần")
    engine.index([document], version=5)
    engine.index([document], version=5)
    assert ask(engine, "hai lần").total == engine.count() == 1


def test_deleted_stays_deleted(engine: Engine) -> None:
    document = make_document("Thu hồi")
    engine.index([document], version=5)
    engine.delete([document.key, "work:unknown"], version=7)
    engine.index([document], version=6)
    assert ask(engine, "thu hồi", audience=None).total == engine.count() == 0
    engine.index([document], version=8)
    assert ask(engine, "thu hồi").total == 1


def test_rebuild_puts_a_new_index_in_place(engine: Engine) -> None:
    gone, kept = make_document("Đã mất"), make_document("Còn lại")
    engine.index([gone, kept], version=1)
    assert engine.rebuild([[kept], [make_document("Thêm vào")]], version=2) == 2
    assert ask(engine, "đã mất").total == 0
    assert sorted(titles(ask(engine))) == ["Còn lại", "Thêm vào"]
    assert engine.setup() is False
    engine.index([make_document("Sau cùng")], version=3)
    assert engine.count() == 3


def test_a_rebuild_that_fails_changes_nothing(engine: Engine) -> None:
    engine.index([make_document("Còn nguyên")], version=1)

    def batches() -> Iterator[list[Document]]:
        yield [make_document("Nửa chừng")]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        engine.rebuild(batches(), version=2)
    assert titles(ask(engine)) == ["Còn nguyên"]
    assert engine.rebuild([[make_document("Lần sau")]], version=3) == 1
    assert titles(ask(engine)) == ["Lần sau"]


def test_the_old_index_answers_while_the_new_one_is_filled(engine: Engine) -> None:
    engine.index([make_document("Bản cũ")], version=1)
    seen: list[list[str]] = []

    def batches() -> Iterator[list[Document]]:
        yield [make_document("Bản mới")]
        seen.append(titles(ask(engine)))

    engine.rebuild(batches(), version=2)
    assert seen == [["Bản cũ"]]
    assert titles(ask(engine)) == ["Bản mới"]


def test_forgotten_it_can_be_set_up_again(engine: Engine) -> None:
    engine.index([make_document("Tạm thời")], version=1)
    engine.forget()
    assert (engine.count(), ask(engine, "tạm").total) == (0, 0)
    assert engine.setup() is True
    assert engine.count() == 0


def test_writers_at_the_same_time(engine: Engine) -> None:
    document = make_document("Đua")
    writers = [
        threading.Thread(target=engine.index, args=([document],), kwargs={"version": n}) for n in range(8)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert ask(engine, "đua").total == engine.count() == 1


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "*",
        "AND OR NOT",
        "title_exact:",
        "NEAR(a b)",
        "((",
        "-",
        "a" * 300,
        "~",
        "🙂 ∑ 漢字",
        "\u0301",
        "ẹ̄",
        "x:y^2~3",
    ],
)
def test_nothing_that_is_typed_breaks_it(engine: Engine, text: str) -> None:
    engine.index([make_document("Một hai ba")], version=1)
    for matching in Matching:
        assert ask(engine, text, matching=matching).total in (0, 1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_any_text_can_be_indexed_and_asked(engine: Engine, text: str) -> None:
    document = make_document(text, body=text)
    engine.index([document], version=1)
    words = query_words(text, 24)
    result = engine.query(EngineQuery(words=words, audience=None, limit=1000))
    if words:
        assert document.id in [found.id for found in result.documents]
    engine.delete([document.key], version=2)
