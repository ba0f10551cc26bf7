"""Right, wrong and total parts of responses to items of known keys."""

import pytest

from assessment.bank.cells import plain_cells, read_cells
from assessment.bank.types import TYPES
from assessment.bank.types.pictures import is_inside, middle_of
from assessment.bank.types.words import fold_text, is_like
from tests.factories.every_type import AREAS, sample, sample_points


def judged(code, response, content=None, key=None):
    own, own_key, _response = sample(code)
    clean = TYPES[code].clean({**own, **(content or {})}, {**own_key, **(key or {})}, [])
    parts = TYPES[code].judge(*clean, response)
    return parts.right, parts.wrong, parts.total


@pytest.mark.parametrize(("code", "response", "parts"), [
    ("single_true_false", True, (1, 0, 1)), ("single_true_false", False, (0, 1, 1)),
    ("single_true_false", 1, (0, 1, 1)),
    ("multiple_response", ["o1", "o2"], (1, 1, 2)), ("true_false", {"o1": True, "o2": True}, (1, 0, 4)),
    ("cloze", {"g1": "hà nội", "g2": "1,50", "g3": "o2", "g4": None}, (2, 1, 4)),
    ("cloze", {"g1": "Ha Noi"}, (0, 1, 4)),
    ("table_fill", {"g1": "", "g2": "1.5"}, (1, 0, 3)), ("matching", {"o1": "t1", "o2": "t3"}, (1, 1, 2)),
    ("ordering", ["o1", "o3", "o2"], (1, 2, 3)), ("categorise", {"o1": "t1", "o3": "t1"}, (1, 1, 2)),
    ("categorise", {"o1": "t1", "o2": "t2", "o3": None}, (2, 0, 2)), ("hotspot", ["a1"], (0, 1, 1)),
    ("label_image", {"p1": "o2", "p2": "o2"}, (1, 1, 2)), ("maths", "1+x", (1, 0, 1)), ("maths", "x-1", (0, 1, 1))])
def test_parts(code, response, parts):
    assert judged(code, response) == parts


def test_points_on_a_picture_hit_each_area_once():
    content, key, _response = sample_points()
    judge = TYPES["hotspot"].judge
    for points, parts in [([(60, 60), (300, 80)], (2, 0)), ([(60, 60), (61, 61)], (1, 1)), ([(399, 299)], (0, 1))]:
        found = judge(content, key, [{"x": x, "y": y} for x, y in points])
        assert (found.right, found.wrong, found.total) == (*parts, 2)
    assert all(is_inside(area, **middle_of(area)) for area in AREAS)


@pytest.mark.parametrize(("typed", "right"), [
    ("150 cm", True), ("1,5 m", True), ("1,5m", True), ("1500 mm", True), ("1,5", False), ("1,5 km", False),
    ("150", False), ("cm", False), ("", False), ("150 CM", False)])
def test_units_that_are_typed(typed, right):
    content = {"unit": {"mode": "typed", "text": "cm"}}
    key = {"accepted": [{"value": "150", "tolerance": "0"}],
           "units": [{"unit": "m", "factor": "0.01"}, {"unit": "mm", "factor": "10"}]}
    assert (judged("short_numeric", typed, content, key)[0] == 1) is right


@pytest.mark.parametrize(("unit", "typed", "right"), [
    ({"mode": "shown", "text": "m²"}, "9,8", True), ({"mode": "shown", "text": "m²"}, "9,8 m^2", True),
    ({"mode": "shown", "text": "m²"}, "9,8 m2", True), ({"mode": "shown", "text": "m²"}, "9,8 m", False),
    ({"mode": "none", "text": ""}, "9,8 m", False)])
def test_units_that_are_shown(unit, typed, right):
    key = {"accepted": [{"value": "9.8", "tolerance": "0"}]}
    assert (judged("short_numeric", typed, {"unit": unit}, key)[0] == 1) is right


@pytest.mark.parametrize(("typed", "right"), [("104", True), ("106", False), ("95,0", True), ("94.9", False)])
def test_a_tolerance_that_is_a_share_of_the_value(typed, right):
    key = {"accepted": [{"value": "100", "tolerance": "0,05", "relative": True}]}
    assert (judged("short_numeric", typed, {"unit": None}, key)[0] == 1) is right


@pytest.mark.parametrize(("text", "cells"), [
    ("-1,5", "-1,5"), ("−1.5", "-1,5"), ("–1,5", "-1,5"), ("－１,5", "-1,5"), ("0,50", "0,5"), (",5", "0,5"),
    ("05", "5"), ("-0", "0"), ("1 2", "12"), ("1-2", None), ("--1", None), ("1,,2", None), ("12345", None), ("", None),
    ("-", None), ("1e3", None), ("x", None), (None, None), (15, None)])
def test_four_cells_are_read_alike_from_paper_and_screen(text, cells):
    assert read_cells(text) == cells


@pytest.mark.parametrize(("text", "fits"), [("-1,5", True), ("−1.5", True), ("", True), ("-", True), ("12345", False),
                                            ("a", False), ("1\0", False), ("\ud800", False), (1, False)])
def test_what_may_stand_in_the_cells(text, fits):
    assert (plain_cells(text) is not None) is fits
    assert TYPES["four_cell"].fits({}, text) is fits


@pytest.mark.parametrize(("one", "other"), [
    ("hoà bình", "hòa bình"), ("Thuý Kiều", "Thúy Kiều"), ("khoẻ", "khỏe"), ("kĩ thuật", "kỹ thuật"),
    ("vật lý", "vật lí"),
    ("quả", "qủa"), ("Ha\u0300 No\u0323\u0302i", "Hà Nội"), ("HÀ  NỘI ", "hà nội"), ("“A” – B", '"a" - b'),
    ("giặc", "gịăc")])
def test_words_that_read_the_same(one, other):
    assert fold_text(one) == fold_text(other)


@pytest.mark.parametrize(("one", "other"), [("ma", "má"), ("Hà Nội", "Ha Noi"), ("mỳ", "mi"), ("my", "mi"),
    ("đa", "da"),
                                            ("tôi", "tơi"), ("hòa", "hóa"), ("quý", "quy")])
def test_words_that_do_not(one, other):
    assert fold_text(one) != fold_text(other)


@pytest.mark.parametrize(("pattern", "typed", "right"), [
    ("Nguyễn *", "Nguyễn Du", True), ("*Du", "nguyễn du", True), ("hoà*", "Hòa bình", True), ("a*b*c", "aXbYc", True),
    ("a*b*c", "acb", False), (r"5 \* 3", "5 * 3", True), (r"5 \* 3", "5 x 3", False), ("ab*ba", "aba", False)])
def test_patterns(pattern, typed, right):
    key = {"accepted": [{"text": pattern}], "pattern": True}
    assert (judged("short_text", typed, {}, key)[0] == 1) is right


def test_a_pattern_cannot_run_away():
    assert not is_like("a" * 100_000, ["", *["a"] * 9, "b", ""])


@pytest.mark.parametrize(("code", "response", "fits"), [
    ("multiple_response", ["o1", "o2", "o3"], False), ("multiple_response", ["o1", "o1"], False),
    ("matching", {"o1": "t1",
     "o2": "t1"}, False), ("matching", {"o1": None}, True), ("matching", {"t1": "o1"}, False),
     ("ordering", ["o1"], False),
    ("ordering", ["o3", "o2", "o1"], True), ("cloze", {"g3": "Hà Nội"}, False), ("cloze", {"g9": "x"}, False),
    ("hotspot", ["a9"], False), ("essay", "ấ" * 30_000, True), ("essay", "a" * 30_001, False), ("essay", "a\0", False),
    ("file_upload", {"files": ["../etc/passwd"]}, False), ("oral", {"files": ["0196f000-0000-7000-8000-0000000000f1",
     "0196f000-0000-7000-8000-0000000000f2"]}, False), ("code", "x" * 20_001, False), ("maths", "x" * 501, False),
    ("single_true_false", "true", False), ("label_image", {"p1": "o1", "p2": "o1"}, False)])
def test_what_may_be_stored(code, response, fits):
    content, key, _response = sample(code)
    assert TYPES[code].fits(TYPES[code].clean(content, key, [])[0], response) is fits


@pytest.mark.parametrize(("point", "fits"), [({"x": 1, "y": 2}, True), ({"x": 401, "y": 2}, False),
    ({"x": True, "y": 2},
                         False), ({"x": float("nan"), "y": 2}, False), ({"x": 10**400, "y": 2}, False),
                             ({"x": 1}, False)])
def test_points_lie_on_the_picture(point, fits):
    assert TYPES["hotspot"].fits(sample_points()[0], [point]) is fits
