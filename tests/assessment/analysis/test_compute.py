"""The stored analysis: figures, option tables and findings of exams whose faults are planted."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from assessment.analysis import charts, findings
from assessment.analysis.compute import analyse, digest
from assessment.marking.results import ExamResults
from assessment.psychometrics import classical
from tests.factories.marking import KINDS, make_column, make_results, make_true_items, results_from


def codes(item):
    return {finding["code"] for finding in item["findings"]}


def test_an_analysis_is_plain_json_and_agrees_with_the_figures():
    results = make_results()
    stored = json.loads(json.dumps(analyse(results), allow_nan=False))
    assert stored["test"]["persons"] == 300
    assert stored["test"]["alpha"] == pytest.approx(classical.cronbach_alpha(results.points))
    assert sum(stored["histogram"]["counts"]) == 300
    assert [item["number"] for item in stored["items"]] == list(range(1, 11))
    assert stored["items"][0]["difficulty"] == pytest.approx(results.points[:, 0].mean())


def test_choice_rows_count_every_taker_once():
    item = analyse(make_results())["items"][0]
    assert sum(row["count"] for row in item["options"]) == item["persons"] == 300
    assert [row["label"] for row in item["options"]] == ["A", "B", "C", "D", ""]
    assert [row["is_key"] for row in item["options"]] == [False, True, False, False, False]
    key = item["options"][1]
    assert key["by_group"][-1] > key["by_group"][0]
    assert key["correlation"] == pytest.approx(item["item_rest"])


def test_statement_rows_tell_true_false_and_blank():
    item = analyse(make_results())["items"][3]
    assert [row["label"] for row in item["options"]] == ["a)", "b)", "c)", "d)"]
    for row in item["options"]:
        assert row["said_true"] + row["said_false"] + row["blank"] == pytest.approx(1)
        assert row["share"] == pytest.approx(row["said_true"] if row["is_true"] else row["said_false"])


def test_typed_rows_join_equal_numbers():
    column = make_column(KINDS[4], 1, ["1,5", "1.50", "1,5", "2", "x", None, " "] * 10)
    item = analyse(results_from([column], 70))["items"][0]
    rows = {row["label"]: row for row in item["options"] if row["label"]}
    assert rows["1,5"]["count"] == 30
    assert rows["1,5"]["is_key"]
    assert rows["2"]["count"] == rows["x"]["count"] == 10
    assert item["options"][-1]["is_omitted"]
    assert item["omitted_rate"] == pytest.approx(2 / 7)
    assert "many_omitted" in codes(item)


def test_a_wrong_key_is_found():
    items = make_true_items(20)
    results = make_results(items=items)
    wrong = replace(items[0].description, correct=("o1",))
    column = make_column(wrong, 1, results.items[0].responses)
    item = analyse(results_from([column, *results.items[1:]], 300))["items"][0]
    assert {"key_suspicious", "negative"} <= codes(item)
    doubted = next(each for each in item["findings"] if each["code"] == "key_suspicious")
    assert doubted["options"] == ["B"]


def test_hard_easy_and_unused_are_found():
    items = make_true_items(20)
    items[0] = replace(items[0], difficulty=-6.0, guessing=0.0, omission=-9.0)
    items[4] = replace(items[4], difficulty=4.0)
    items[1] = replace(items[1], lures=(0.0, 0.0, 0.0, -12.0))
    found = analyse(make_results(items=items))["items"]
    assert "too_easy" in codes(found[0])
    assert "too_hard" in codes(found[4])
    assert {"code": "unused_distractor", "options": ["D"]} in found[1]["findings"]


def test_a_false_statement_keyed_as_true_is_found():
    items = make_true_items(20)
    results = make_results(items=items)
    wrong = replace(items[3].description, correct=("o1",))
    column = make_column(wrong, 4, results.items[3].responses)
    found = analyse(results_from([*results.items[:3], column, *results.items[4:]], 300))["items"][3]
    assert {"code": "statement_suspicious", "options": ["d)"]} in found["findings"]


def test_good_items_have_no_grave_findings():
    graves = [item for item in analyse(make_results(items=make_true_items(20)))["items"]
              if codes(item) & {"key_suspicious", "negative", "statement_suspicious"}]
    assert graves == []


@pytest.mark.parametrize("persons", [0, 1, 2, 29])
def test_few_attempts_are_not_judged(persons):
    stored = json.loads(json.dumps(analyse(make_results(persons)), allow_nan=False))
    assert stored["test"]["persons"] == persons
    assert all(item["findings"] == [] for item in stored["items"])


def test_an_exam_without_items():
    empty = ExamResults((), (), np.zeros((0, 0)), np.zeros((0, 0), dtype=bool))
    assert analyse(empty)["items"] == []


def test_items_of_another_form_are_missing_and_not_omitted():
    results = make_results()
    points = results.points.copy()
    points[:150, 0] = np.nan
    item = analyse(replace(results, points=points))["items"][0]
    assert item["persons"] == 150
    assert sum(row["count"] for row in item["options"]) == 150


def test_the_digest_follows_the_marks():
    results = make_results(30)
    changed = results.points.copy()
    changed[0, 0] += 0.25
    assert digest(results) == digest(results)
    assert digest(results) != digest(replace(results, points=changed))


def test_every_finding_has_words(request_context):
    for code in ("key_suspicious", "negative", "constant", "low", "too_hard", "too_easy", "unused_distractor",
                 "statement_suspicious", "many_omitted"):
        words = findings.in_words({"code": code, "options": ["A", "C"]})
        assert words.name
        assert words.meaning.endswith((".", "?"))
        assert words.tone in ("info", "warning", "danger")


def test_histogram_bars_stand_inside_the_drawing():
    stored = analyse(make_results())["histogram"]
    drawn = charts.draw_histogram(stored["edges"], stored["counts"])
    assert sum(bar.count for bar in drawn.bars) == 300
    for bar in drawn.bars:
        assert charts.LEFT <= bar.x <= bar.x + bar.width <= charts.WIDTH - charts.RIGHT
        assert charts.TOP <= bar.y <= bar.y + bar.height <= charts.HEIGHT - charts.BOTTOM + 0.2
    assert [tick.value for tick in drawn.x_ticks] == [0, 2, 4, 6, 8, 10]
    assert charts.draw_histogram([0.0, 0.5, 1.0], [0, 0]).bars[0].height == 0


def test_the_item_map_holds_every_known_item():
    items = analyse(make_results())["items"]
    items[0]["item_rest"] = None
    items[1]["item_rest"] = -0.33
    drawn = charts.draw_item_map(items, [""] * 10, 0.15)
    assert len(drawn.dots) == 9
    assert {dot.label for dot in drawn.dots} <= {"", *(str(number) for number in range(2, 11))}
    same = [item | {"difficulty": 0.5, "item_rest": 0.3} for item in items]
    crowd = charts.draw_item_map(same, ["danger"] * 2 + [""] * 8, 0.15)
    assert [dot.label for dot in crowd.dots] == ["1", "2", *[""] * 8]
    assert all(charts.TOP <= dot.y <= charts.HEIGHT - charts.BOTTOM for dot in drawn.dots)
    assert drawn.y_ticks[0].value == -0.4
    assert drawn.low < drawn.zero


def test_trace_labels_do_not_cover_each_other():
    rows = [{"by_group": [0.5, None, share], "label": name, "is_key": False}
            for name, share in (("A", 0.01), ("B", 0.012), ("C", 0.0), ("D", 0.9))]
    drawn = charts.draw_traces(rows, 3)
    heights = sorted(line.label_at for line in drawn.lines)
    assert all(below - above >= charts.LABEL_GAP - 0.2 for above, below in pairwise(heights))
    assert heights[-1] <= charts.HEIGHT - charts.BOTTOM
    assert len(drawn.lines[0].dots) == 2
