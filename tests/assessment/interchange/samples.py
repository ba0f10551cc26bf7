"""One question or more of every type of the bank, as content and key."""

from io import BytesIO

from PIL import Image

from assessment.bank.content import read_body
from assessment.interchange.questions import MediaInMemory
from assessment.interchange.writers import ExportItem


def picture(colour: tuple[int, int, int] = (200, 30, 30), size: tuple[int, int] = (40, 30)) -> bytes:
    """A small PNG."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


MEDIA = MediaInMemory()
RED = MEDIA.keep("đồ thị.png", picture())
BLUE = MEDIA.keep("blue.png", picture((10, 10, 240)))
IMAGE = {"src": BLUE, "alt": "Bản đồ", "width": 40, "height": 30}
RUBRIC = {
    "criteria": [
        {"id": "c1", "name": "Nội dung", "levels": [{"points": "2", "text": "Đủ ý"}, {"points": "0", "text": "Không"}]},
        {"id": "c2", "name": "Diễn đạt", "levels": [{"points": "1", "text": ""}, {"points": "0", "text": ""}]},
    ]
}
EXPLAINED = {"explanation": "<p>Vì \\(a &lt; b\\) nên <strong>đúng</strong>.</p>"}


def rows(*texts: str, letter: str = "o") -> list[dict[str, str]]:
    """Options of these texts."""
    return [{"id": f"{letter}{number}", "text": text} for number, text in enumerate(texts, start=1)]


GAPS = [
    {"id": "g1", "kind": "text"},
    {"id": "g2", "kind": "number"},
    {"id": "g3", "kind": "choice", "options": rows("tăng", "giảm ~ 50%", "\\(x^{2}\\)")},
]
GAP_KEY = {
    "gaps": {
        "g1": {"accepted": [{"text": "Hà Nội"}, {"text": "{Thăng} #1 ~ *"}], "case_sensitive": False},
        "g2": {"accepted": [{"value": "1.5", "tolerance": "0.1"}]},
        "g3": {"correct": "o2"},
    }
}
BODIES = [
    (
        "single_choice",
        {
            "prompt": f'<p>Xem <img src="{RED}" alt="đồ thị">: \\(x^{{2}} &lt; 1\\)?</p>',
            "options": rows("đúng = {a}", "sai ~ b: #", f'<img src="{BLUE}" alt="b">', "%50% nửa"),
        },
        {"correct": "o3", **EXPLAINED},
    ),
    (
        "single_choice",
        {"prompt": "<p>Một</p>\n<p>Hai</p>", "options": rows("A", "Tất cả"), "fixed": ["o2"]},
        {"correct": "o1"},
    ),
    ("single_choice", {"prompt": "<p>Trơn, không dấu đặc biệt</p>", "options": rows("a", "b", "c")}, {"correct": "o2"}),
    ("multiple_response", {"prompt": "<p>Chọn</p>", "options": rows("a", "b", "c")}, {"correct": ["o1", "o3"]}),
    (
        "multiple_response",
        {"prompt": "<p>Chọn</p>", "options": rows("a", "b", "c", "d")},
        {"correct": ["o1", "o2", "o4"], "score_table": "equal_shares"},
    ),
    (
        "multiple_response",
        {"prompt": "<p>Chọn</p>", "options": rows("a", "b", "c"), "choose": {"min": 1, "max": 2}},
        {"correct": ["o1", "o3"], "score_table": "all_or_nothing"},
    ),
    ("single_true_false", {"prompt": "<p>Đất tròn.</p>"}, {"true": True, **EXPLAINED}),
    ("true_false", {"prompt": "<p>Cho</p>", "options": rows("a", "b", "c", "d")}, {"true": ["o1", "o4"]}),
    ("four_cell", {"prompt": "<p>Tính</p>"}, {"accepted": ["-1,5", "2"]}),
    (
        "short_numeric",
        {"prompt": "<p>Tính</p>", "unit": {"mode": "typed", "text": "cm"}},
        {"accepted": [{"value": "150", "tolerance": "0.5"}], "units": [{"unit": "m", "factor": "0.01"}]},
    ),
    (
        "short_numeric",
        {"prompt": "<p>Tính</p>"},
        {"accepted": [{"value": "-2.5", "tolerance": "0.02", "relative": True}]},
    ),
    (
        "short_numeric",
        {"prompt": "<p>Tính</p>"},
        {"accepted": [{"value": "12", "tolerance": "0"}, {"value": "3", "tolerance": "1"}]},
    ),
    (
        "short_text",
        {"prompt": "<p>Ai?</p>"},
        {"accepted": [{"text": "Nguyễn Du"}, {"text": "5 * 3 = {15}"}], "case_sensitive": True},
    ),
    ("short_text", {"prompt": "<p>Ai?</p>"}, {"accepted": [{"text": "*Du"}, {"text": "a\\*b*"}], "pattern": True}),
    (
        "cloze",
        {"prompt": f'<p>[[g1]] và [[g2]]<img src="{RED}" alt="">: [[g3]].</p>', "gaps": GAPS},
        {**GAP_KEY, **EXPLAINED},
    ),
    (
        "cloze",
        {
            "prompt": "<p>[[g1]] rồi [[g2]]</p>",
            "gaps": [{"id": "g1", "kind": "pool"}, {"id": "g2", "kind": "pool"}],
            "pool": rows("một", "<em>hai</em>", "ba"),
            "reuse": False,
        },
        {"gaps": {"g1": {"correct": "o2"}, "g2": {"correct": "o1"}}},
    ),
    (
        "table_fill",
        {
            "prompt": "<p>Điền</p>",
            "table": {
                "head": ["", "A"],
                "rows": [{"head": "x", "cells": [{"gap": "g1"}]}, {"head": "y", "cells": [{"text": "2"}]}],
            },
            "gaps": [{"id": "g1", "kind": "number"}],
        },
        {"gaps": {"g1": {"accepted": [{"value": "1", "tolerance": "0"}]}}},
    ),
    (
        "matching",
        {
            "prompt": "<p>Ghép</p>",
            "options": rows("Lào", "Pháp"),
            "reuse": False,
            "targets": rows("Viêng Chăn", "Pa-ri", "Huế", letter="t"),
        },
        {"pairs": {"o1": "t1", "o2": "t2"}},
    ),
    (
        "matching",
        {
            "prompt": "<p>Ghép</p>",
            "options": rows("a", "b"),
            "reuse": True,
            "targets": rows("<strong>x</strong>", "\\(y\\)", letter="t"),
        },
        {"pairs": {"o1": "t2", "o2": "t2"}},
    ),
    ("ordering", {"prompt": "<p>Xếp</p>", "options": rows("ba", "một", "hai")}, {"order": ["o2", "o3", "o1"]}),
    (
        "categorise",
        {"prompt": "<p>Phân loại</p>", "options": rows("mèo", "cá", "đá"), "targets": rows("thú", "cá", letter="t")},
        {"pairs": {"o1": "t1", "o2": "t2", "o3": None}},
    ),
    (
        "hotspot",
        {
            "prompt": "<p>Chỉ</p>",
            "image": IMAGE,
            "mode": "areas",
            "areas": [
                {"id": "a1", "shape": "rect", "coords": [1, 2, 10, 12], "label": "A"},
                {"id": "a2", "shape": "circle", "coords": [20, 20, 5], "label": "B"},
            ],
        },
        {"correct": ["a2"]},
    ),
    (
        "hotspot",
        {"prompt": "<p>Chỉ</p>", "image": IMAGE, "mode": "points", "choose": {"min": 1, "max": 1}},
        {"areas": [{"id": "a1", "shape": "poly", "coords": [1, 1, 10, 1, 5, 9], "label": ""}]},
    ),
    (
        "label_image",
        {
            "prompt": "<p>Gắn nhãn</p>",
            "image": IMAGE,
            "points": [{"id": "p1", "x": 3, "y": 4}],
            "options": rows("tim", "phổi"),
            "reuse": False,
        },
        {"pairs": {"p1": "o2"}},
    ),
    (
        "maths",
        {"prompt": "<p>Khai triển</p>", "letters": ["x"], "form": "expanded"},
        {"accepted": [{"tex": "x^{2}+2x+1"}]},
    ),
    (
        "essay",
        {"prompt": "<p>Viết</p>", "min_words": 100, "max_words": 500, "rows": 20},
        {"rubric": RUBRIC, "model_answer": "<p>Gợi ý</p>"},
    ),
    (
        "file_upload",
        {"prompt": "<p>Nộp</p>", "accept": ["pdf", "jpg"], "most": 2, "largest_mb": 20},
        {"rubric": RUBRIC},
    ),
    ("oral", {"prompt": "<p>Nói</p>", "longest_seconds": 90}, {"rubric": RUBRIC}),
    (
        "code",
        {
            "prompt": "<p>Viết hàm</p>",
            "language": "python",
            "starter": "def f(x):\n    pass\n",
            "samples": [{"input": "1", "output": "2"}],
        },
        {"tests": [{"input": "2", "output": "3"}], "time_ms": 2000, "memory_mb": 128},
    ),
    (
        "short_numeric",
        {
            "prompt": "<p>Tính {{a}} + {{b}}</p>",
            "variables": [
                {"name": "a", "from": "1", "to": "9", "step": "1"},
                {"name": "b", "values": ["2", "3"]},
                {"name": "c", "is": "a + b"},
            ],
        },
        {"accepted": [{"value": "{{c}}", "tolerance": "0"}]},
    ),
]


def items() -> list[ExportItem]:
    """Every sample, cleaned as the bank keeps it."""
    found = []
    for number, (type, content, key) in enumerate(BODIES, start=1):
        body, problems = read_body(type, content, key, staged=True)
        assert not problems, (type, problems)
        found.append(
            ExportItem(
                str(number),
                body.type,
                body.content,
                body.key,
                f"{number} {type}",
                "Chương 1 / Hàm số" if number % 2 else "Chương 2",
                level="know",
                metadata={"tags": ["ôn tập"], "idnumber": f"q{number}"},
            )
        )
    return found
