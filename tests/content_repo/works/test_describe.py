"""What a person types is cleaned or refused, field by field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_repo.works.describe import clean_description, is_isbn, missing_fields
from content_repo.works.schema import KINDS, TEXTBOOK, THESIS

pytestmark = pytest.mark.usefixtures("request_context")


def clean(kind, **raw):
    return clean_description(kind, raw)


def test_spaces_and_forms_of_letters_are_tidied():
    decomposed = "Nguye\u0302\u0303n  Va\u0306n A"
    assert clean(THESIS, title=decomposed).values == {"title": "Nguyễn Văn A"}


def test_people_are_lines_and_keywords_are_parted():
    described = clean(THESIS, author="An\n\n Bình \nAn", keywords="a; b, c;;")
    assert described.values == {"author": ["An", "Bình"], "keywords": ["a", "b", "c"]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("year", "20x5"),
        ("year", "99"),
        ("year", "²⁰²⁵"),
        ("degree", "bachelor"),
        ("licence", "gpl"),
        ("title", "a" * 501),
        ("language", "tlh"),
        ("title", ["a"]),
        ("keywords", ";".join(map(str, range(60)))),
        ("no_such", "x"),
    ],
)
def test_what_cannot_be_kept_is_a_problem_of_its_field(field, value):
    described = clean(THESIS, **{field: value})
    assert [problem.where for problem in described.problems] == [field]
    assert field not in described.values


@pytest.mark.parametrize("value", ["978-604-0-00001-0", "9786040000012", "123", "978604000001X"])
def test_a_wrong_isbn_is_refused(value):
    assert clean(TEXTBOOK, isbn=value).problems


@pytest.mark.parametrize("value", ["0-306-40615-2", "978-0-306-40615-7", "080442957X"])
def test_a_right_isbn_is_kept_without_hyphens(value):
    assert not clean(TEXTBOOK, isbn=value).problems


@given(st.text(alphabet="0123456789", min_size=12, max_size=12))
def test_one_wrong_digit_never_passes_as_isbn(body):
    digits = "978" + body[:9]
    right = [digits + str(last) for last in range(10) if is_isbn(digits + str(last))]
    assert len(right) == 1
    changed = str((int(right[0][5]) + 1) % 10)
    assert not is_isbn(right[0][:5] + changed + right[0][6:])


def test_missing_fields_are_the_required_ones_without_value():
    names = [field.name for field in missing_fields(THESIS, {"title": "T", "author": [], "year": 2025})]
    assert names == [
        "author",
        "advisors",
        "institution",
        "degree",
        "discipline",
        "keywords",
        "abstract",
        "abstract_en",
        "language",
        "licence",
    ]


@given(
    st.sampled_from(sorted(KINDS)),
    st.dictionaries(
        st.sampled_from(["title", "abstract", "year", "keywords", "authors", "isbn", "grade", "outcomes", "subject"]),
        st.one_of(
            st.none(),
            st.text(),
            st.integers(),
            st.booleans(),
            st.lists(st.text()),
            st.dictionaries(st.text(), st.text()),
        ),
    ),
)
def test_any_input_is_kept_or_refused_and_never_breaks(kind, raw):
    described = clean_description(KINDS[kind], raw)
    refused = {problem.where for problem in described.problems}
    assert refused.isdisjoint(described.values)
    assert refused | set(described.values) == set(raw)


def test_cleaning_twice_changes_nothing():
    first = clean(THESIS, title="  a  b ", keywords="x;y", author="An\nBình", year="2025").values
    assert clean_description(THESIS, first).values == first


def test_half_of_a_surrogate_pair_is_dropped():
    described = clean_description(KINDS["lecture"], {"title": "a\ud800b", "abstract": "\udfffc"})
    assert described.values == {"title": "ab", "abstract": "c"}
