"""Asking: who finds what, how strictly, and what the person is told."""

from lms.core.db import db
from lms.core.permissions import ANONYMOUS, SYSTEM, Actor
from search.permissions import audience_of
from search.query import SearchQuery, SearchResult
from search.services import refresh, search
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_class, make_organisation, make_school
from tests.search.conftest import Shelf


def titles(result: SearchResult) -> list[str]:
    return ["".join(piece.text for piece in hit.title) for hit in result.hits]


def ask(text: str, actor: Actor = ANONYMOUS, **more: object) -> SearchResult:
    return search(actor, SearchQuery(text, **more))


def test_tokens_of_people() -> None:
    assert audience_of(ANONYMOUS) == {"public"}
    assert audience_of(SYSTEM) is None


def test_a_member_of_a_class_belongs_to_all_above_it(shelf: Shelf) -> None:
    department = make_organisation("department")
    school = make_school(parent=department)
    pupil = make_person("student", make_class(school))
    tokens = audience_of(make_actor(pupil))
    assert tokens is not None
    assert {
        "public",
        "signed-in",
        "role:student",
        f"person:{pupil.id}",
        f"organisation:{school.id}",
        f"organisation:{department.id}",
    } <= tokens


def test_only_what_the_person_may_see(shelved: Shelf) -> None:
    teacher = make_actor(make_person("teacher"))
    db.session.commit()
    assert titles(ask("dao động")) == ["Dao động điều hoà"]
    assert len(ask("dao động", teacher).hits) == 2
    counted = {value.value: value.count for value in ask("dao động").facets[0].values}
    assert counted == {"lecture": 1}


def test_marks_first_then_letters_then_some_words(shelved: Shelf) -> None:
    assert titles(ask("dao dong dieu hoa")) == ["Dao động điều hoà"]
    assert ask("dao động").notice == ""
    other = ask("đào đồng")
    assert titles(other) == ["Dao động điều hoà"]
    assert other.notice
    some = ask("dao động tắt dần cưỡng bức")
    assert titles(some) == ["Dao động điều hoà"]
    assert some.notice not in ("", other.notice)
    assert ask("không có gì hết").total == 0


def test_highlights(shelved: Shelf) -> None:
    [hit] = ask("dao dong").hits
    assert [piece.text for piece in hit.title if piece.hit] == ["Dao", "động"]
    assert [piece.text for piece in hit.excerpt if piece.hit] == ["dao", "động"]
    assert "<i>" in "".join(piece.text for piece in hit.excerpt)


def test_filters_do_not_loosen_the_words(shelved: Shelf) -> None:
    result = ask("dao động", kinds=["textbook"])
    assert (result.total, result.notice) == (0, "")
    kinds = {value.value: (value.count, value.selected) for value in result.facets[0].values}
    assert kinds == {"lecture": (1, False), "textbook": (0, True)}


def test_labels_of_facets_are_words(shelved: Shelf) -> None:
    facets = {facet.name: facet for facet in ask("dao động").facets}
    assert facets["grade"].values[0].label != "11"
    assert "11" in facets["grade"].values[0].label


def test_signs_without_a_word_find_nothing_and_say_why(shelved: Shelf) -> None:
    result = ask("?! … “”")
    assert (result.total, bool(result.notice)) == (0, True)


def test_pages(shelf: Shelf) -> None:
    for number in range(45):
        shelf.put(f"Chương {number}")
    refresh()
    pages = [ask("chương", page=number) for number in (1, 2, 3)]
    assert [len(page.hits) for page in pages] == [20, 20, 5]
    assert len({hit.id for page in pages for hit in page.hits}) == 45
    assert (pages[0].total, pages[0].pages) == (45, 3)
    assert ask("chương", page=99).hits == []
