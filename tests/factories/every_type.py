"""One complete item of every type: content, key, and a response that a candidate could give."""

from typing import Any
from uuid import UUID

PICTURE = UUID("0196f000-0000-7000-8000-000000000001")


def picture() -> dict[str, Any]:
    """A picture of 400 by 300 pixels; its bytes are kept apart."""
    return {"src": f"/items/media/{PICTURE}", "alt": "Bản đồ ba miền", "width": 400, "height": 300}


def options(*texts: str, letter: str = "o") -> list[dict[str, str]]:
    """Rows of options o1, o2…"""
    return [{"id": f"{letter}{number}", "text": text} for number, text in enumerate(texts, 1)]


def rubric() -> dict[str, Any]:
    """One criterion of two levels."""
    return {"criteria": [{"id": "c1", "name": "Nội dung",
                          "levels": [{"points": "1", "text": "Đủ ý"}, {"points": "0", "text": "Chưa có"}]}]}


AREAS = [{"id": "a1", "shape": "rect", "coords": [20, 20, 140, 120], "label": "Vùng phía bắc"},
         {"id": "a2", "shape": "circle", "coords": [300, 80, 50], "label": "Vùng ở giữa"},
         {"id": "a3", "shape": "poly", "coords": [100, 180, 220, 180, 160, 280], "label": "Vùng phía nam"}]
GAPS = [{"id": "g1", "kind": "text"}, {"id": "g2", "kind": "number"},
        {"id": "g3", "kind": "choice", "options": options("lớn hơn", "nhỏ hơn")}]
GAP_KEYS = {"g1": {"accepted": [{"text": "Hà Nội"}], "case_sensitive": False},
            "g2": {"accepted": [{"value": "1.5", "tolerance": "0"}]}, "g3": {"correct": "o1"}}

SAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any], Any]] = {
    "single_choice": ({"options": options("Một", "Hai", "Ba", "Cả ba đều sai"), "fixed": ["o4"]},
                      {"correct": "o2"}, "o2"),
    "multiple_response": ({"options": options("Một", "Hai", "Ba"), "choose": {"min": 1, "max": 2}},
                          {"correct": ["o1", "o3"]}, ["o1", "o3"]),
    "single_true_false": ({}, {"true": True}, True),
    "true_false": ({"options": options("Một", "Hai", "Ba", "Bốn")}, {"true": ["o1", "o4"]},
                   {"o1": True, "o2": False, "o3": False, "o4": True}),
    "four_cell": ({}, {"accepted": ["-1,5"]}, "-1,5"),
    "short_numeric": ({"unit": {"mode": "typed", "text": "cm"}, "max_length": 16},
                      {"accepted": [{"value": "1.5", "tolerance": "0"}]}, "1,5 cm"),
    "short_text": ({"max_length": 40}, {"accepted": [{"text": "Hà Nội"}], "case_sensitive": False}, "Hà Nội"),
    "cloze": ({"prompt": "<p>Thủ đô là [[g1]], rộng \\(x\\) = [[g2]], [[g3]] trước. Sông [[g4]].</p>",
               "gaps": [*GAPS, {"id": "g4", "kind": "pool"}], "pool": options("Hồng", "Mê Kông", "Hương")},
              {"gaps": {**GAP_KEYS, "g4": {"correct": "o1"}}}, {"g1": "Hà Nội", "g2": "1,5", "g3": "o1", "g4": "o1"}),
    "table_fill": ({"table": {"head": ["", "Thủ đô", "Số"], "rows": [
        {"head": "Việt Nam", "cells": [{"gap": "g1"}, {"gap": "g2"}]},
        {"head": "Lào", "cells": [{"text": "Viêng Chăn"}, {"gap": "g3"}]}]}, "gaps": GAPS},
        {"gaps": GAP_KEYS}, {"g1": "Hà Nội", "g2": "1,5", "g3": "o1"}),
    "matching": ({"options": options("\\(x^2\\)", "\\(\\sin x\\)"),
                  "targets": options("\\(2x\\)", "\\(\\cos x\\)", "\\(1\\)", letter="t"), "reuse": False},
                 {"pairs": {"o1": "t1", "o2": "t2"}}, {"o1": "t1", "o2": "t2"}),
    "ordering": ({"options": options("Năm 938", "Năm 1010", "Năm 1945")}, {"order": ["o1", "o2", "o3"]},
                 ["o1", "o2", "o3"]),
    "categorise": ({"options": options("Cá", "Ếch", "Đá"), "targets": options("Ở nước", "Lưỡng cư", letter="t")},
                   {"pairs": {"o1": "t1", "o2": "t2", "o3": None}}, {"o1": "t1", "o2": "t2"}),
    "hotspot": ({"image": picture(), "mode": "areas", "areas": AREAS, "choose": {"min": 1, "max": 1}},
                {"correct": ["a2"]}, ["a2"]),
    "label_image": ({"image": picture(), "points": [{"id": "p1", "x": 60, "y": 60}, {"id": "p2", "x": 300, "y": 200}],
                     "options": options("Bắc", "Nam", "Tây"), "reuse": False},
                    {"pairs": {"p1": "o1", "p2": "o2"}}, {"p1": "o1", "p2": "o2"}),
    "maths": ({"letters": ["x"], "form": "any"}, {"accepted": [{"tex": "x+1"}]}, "x+1"),
    "essay": ({"min_words": 2, "max_words": 300, "rows": 6}, {"rubric": rubric()}, "Quê hương em có dòng sông."),
    "file_upload": ({"accept": ["pdf", "png"], "most": 2, "largest_mb": 5}, {"rubric": rubric()},
                    {"files": ["0196f000-0000-7000-8000-0000000000f1"]}),
    "oral": ({"longest_seconds": 60}, {"rubric": rubric()}, {"files": ["0196f000-0000-7000-8000-0000000000f2"]}),
    "code": ({"language": "python", "starter": "n = int(input())\n", "samples": [{"input": "2", "output": "4"}]},
             {"tests": [{"input": "3", "output": "6"}], "time_ms": 1000, "memory_mb": 64},
             "n = int(input())\nprint(2 * n)\n"),
}


def sample(type: str) -> tuple[dict[str, Any], dict[str, Any], Any]:
    """(content, key, response) of a type; the points of a picture are `hotspot` with mode "points" in the content."""
    content, key, response = SAMPLES[type]
    return {"prompt": f"<p>Câu hỏi dạng {type}: \\(x\\)</p>", **content}, key, response


def sample_points() -> tuple[dict[str, Any], dict[str, Any], Any]:
    """A hotspot that is answered by points."""
    return ({"prompt": "<p>Đánh dấu hai điểm.</p>", "image": picture(), "mode": "points",
             "choose": {"min": 1, "max": 2}}, {"areas": AREAS[:2]}, [{"x": 60, "y": 60}])
