"""CSV and XLSX in the one layout (see sheets/layout.py), and an example of it to fill in."""

import csv
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO, TextIOWrapper
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from assessment.bank.content import read_number
from assessment.bank.markup import html_to_source
from assessment.interchange.sheets.layout import ARROW, FIELDS, LETTERS, SEVERAL, TYPES
from assessment.interchange.sheets.reader import read_csv
from assessment.interchange.sheets.rows import LONGEST_CELL
from assessment.interchange.writers.base import ExportItem, Format, MediaSource, Stored
from assessment.interchange.writers.texts import with_data
from assessment.interchange.writers.trial import with_trial
from lms.core.i18n import _, _l

COLUMNS = ("type", "question", *LETTERS, "answer", "explanation", "level", "topic", "points", "difficulty", "outcomes",
           "tags", "name")
_LEVELS = {"know": "NB", "understand": "TH", "apply": "VD"}
_DANGEROUS = "=+-@\t\r"
_WIDE = {"question": 60, "explanation": 40, "type": 18, "answer": 18}


def losses(type: str, content: Stored, key: Stored) -> list[str]:
    """What a table of questions cannot carry; a type that it has not is left out."""
    if type not in _ANSWERS or content.get("variables"):
        return [_("this type does not exist in the format: the question is left out")]
    checks = [
        (bool(key.get("score_table")), _("its own scoring")),
        (bool(content.get("unit")), _("the unit")),
        (bool(content.get("fixed")), _("that some options stay in their place")),
        (bool(content.get("choose")), _("how many may be chosen")),
        (type == "short_text" and key.get("case_sensitive") is True, _("that capitals count")),
        (type == "essay" and _has_more(content, key), _("the rubric and the number of words")),
        (any(len(cell) > LONGEST_CELL for cell in _row_of(type, content, key).values()),
         _("a text or picture of more than %(n)s characters (in an XLSX file)", n=LONGEST_CELL)),
        (any(SEVERAL in str(row.get("text", "")) for row in key.get("accepted") or () if isinstance(row, dict)),
         _("a right answer that holds the sign |")),
        (type == "matching" and bool(content.get("reuse")), _("that a partner may be used again")),
    ]
    return [message for holds, message in checks if holds]


def _has_more(content: Stored, key: Stored) -> bool:
    return bool(content.get("min_words") or content.get("max_words") or len(key["rubric"]["criteria"]) > 1)


def write_csv(items: Iterable[ExportItem], out: BinaryIO, media: MediaSource) -> None:
    """UTF-8 with its mark, so that a spreadsheet knows it, and semicolons, as Vietnamese spreadsheets expect."""
    text = TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=";")
    writer.writerow(headings())
    for cells in _rows(items, media):
        writer.writerow([_harmless(cell) for cell in cells])
    text.detach()


def write_xlsx(items: Iterable[ExportItem], out: BinaryIO, media: MediaSource) -> None:
    """One sheet; every cell is text, so that nothing is computed."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Questions"))
    for place, name in enumerate(COLUMNS):
        sheet.column_dimensions[_column(place)].width = _WIDE.get(name, 14)
    sheet.freeze_panes = "A2"
    sheet.append([_heading(sheet, name) for name in headings()])
    for cells in _rows(items, media):
        sheet.append([_cell(sheet, value[:LONGEST_CELL]) for value in cells])
    book.save(out)


def template() -> bytes:
    """An XLSX file with one example of each type, for a teacher to write over."""
    out = BytesIO()
    write_xlsx(_examples(), out, _NoMedia())
    return out.getvalue()


class _NoMedia:
    """Examples without pictures."""

    def open(self, src: str) -> tuple[str, bytes]:
        """There is none."""
        raise KeyError(src)


def headings() -> list[str]:
    """The headings in the reader's language: Vietnamese, or else English."""
    place = 0 if _("Question") == "Câu hỏi" else 1
    return [FIELDS[name][place] if name in FIELDS else name for name in COLUMNS]


def _rows(items: Iterable[ExportItem], media: MediaSource) -> Iterator[list[str]]:
    for item in items:
        if item.type not in _ANSWERS or item.content.get("variables"):
            continue
        row = _row_of(item.type, item.content, item.key) | _metadata(item)
        yield [with_data(row.get(name, ""), media) for name in COLUMNS]


def _row_of(type: str, content: Stored, key: Stored) -> dict[str, str]:
    row = {"type": TYPES[type][0], "question": html_to_source(content["prompt"]),
           "answer": _ANSWERS[type](content, key), "explanation": html_to_source(key.get("explanation", ""))}
    options = _sides(content, key) if type == "matching" else [
        html_to_source(option["text"]) for option in content.get("options") or ()]
    return row | dict(zip(LETTERS, options, strict=False))


def _metadata(item: ExportItem) -> dict[str, str]:
    said = item.metadata
    return {"level": _LEVELS.get(item.level or said.get("level", ""), ""), "topic": item.category, "name": item.name,
            "points": str(said.get("points", "")), "difficulty": str(said.get("difficulty", "")),
            "outcomes": "; ".join(said.get("outcomes", ())), "tags": "; ".join(said.get("tags", ()))}


def _letters(names: Iterable[str], content: Stored) -> str:
    places = {row["id"]: LETTERS[number] for number, row in enumerate(content["options"])}
    return ", ".join(places[name] for name in names if name in places)


def _sides(content: Stored, key: Stored) -> list[str]:
    targets = {row["id"]: html_to_source(row["text"]) for row in content["targets"]}
    return [f"{html_to_source(row['text'])} {ARROW} {targets.get(key['pairs'].get(row['id']), '')}"
            for row in content["options"]]


def _unused_targets(content: Stored, key: Stored) -> str:
    used = set(key["pairs"].values())
    return f" {SEVERAL} ".join(html_to_source(row["text"]) for row in content["targets"] if row["id"] not in used)


def _truths(content: Stored, key: Stored) -> str:
    return " ".join("Đ" if row["id"] in key["true"] else "S" for row in content["options"])


def _numbers(_content: Stored, key: Stored) -> str:
    return f" {SEVERAL} ".join(_number(row) for row in key["accepted"])


def _number(row: Stored) -> str:
    value, tolerance = str(row["value"]).replace(".", ","), str(row.get("tolerance") or "0")
    if tolerance == "0":
        return value
    share = read_number(tolerance)
    if row.get("relative") and share is not None:
        return f"{value} ± {(share * 100).normalize():f}%".replace(".", ",")
    return f"{value} ± {tolerance.replace('.', ',')}"


def _words(_content: Stored, key: Stored) -> str:
    texts = [row["text"] if key.get("pattern") else row["text"].replace("*", "\\*") for row in key["accepted"]]
    return f" {SEVERAL} ".join(texts)


_ANSWERS: dict[str, Callable[[Stored, Stored], str]] = {
    "single_choice": lambda content, key: _letters([key["correct"]], content),
    "multiple_response": lambda content, key: _letters(key["correct"], content),
    "single_true_false": lambda _content, key: "Đúng" if key["true"] else "Sai",
    "true_false": _truths, "short_numeric": _numbers, "short_text": _words, "matching": _unused_targets,
    "four_cell": lambda _content, key: f" {SEVERAL} ".join(key["accepted"]),
    "ordering": lambda content, key: _letters(key["order"], content),
    "essay": lambda _content, key: html_to_source(key.get("model_answer", "")),
}


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: a blank stands before its sign, and is not read back."""
    number = read_number(cell.partition(" ")[0])
    return f" {cell}" if cell[:1] in _DANGEROUS and cell and number is None else cell


def _heading(sheet: object, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8EEF7")
    return cell


def _cell(sheet: object, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _column(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else f"A{chr(ord('A') + place - 26)}"


def _examples() -> Iterator[ExportItem]:
    cities = ("Huế", "Hà Nội", "Đà Nẵng", "Cần Thơ")
    words = [{"id": f"o{number}", "text": text} for number, text in enumerate(cities, start=1)]
    said = [{"id": f"o{number}", "text": text} for number, text in enumerate((
        "\\(f(0)=0\\)", "\\(f'(1)=2\\)", "\\(f\\) nghịch biến trên \\(\\mathbb{R}\\)", "\\(f\\) là hàm chẵn"), 1)]
    examples: list[tuple[str, Stored, Stored, str]] = [
        ("single_choice", {"prompt": "Thủ đô của Việt Nam là", "options": words}, {"correct": "o2"}, "know"),
        ("multiple_response", {"prompt": "Những thành phố nào ở miền Trung?", "options": words},
         {"correct": ["o1", "o3"]}, "know"),
        ("single_true_false", {"prompt": "Số 2 là số nguyên tố."}, {"true": True}, "know"),
        ("true_false", {"prompt": "Cho hàm số \\(f(x)=x^2\\).", "options": said}, {"true": ["o1", "o2", "o4"]},
         "understand"),
        ("four_cell", {"prompt": "Tính \\(1-2{,}5\\)."}, {"accepted": ["-1,5"]}, "apply"),
        ("short_numeric", {"prompt": "Gia tốc rơi tự do (m/s²) gần bằng"},
         {"accepted": [{"value": "9.8", "tolerance": "0.1"}]}, "understand"),
        ("short_text", {"prompt": "Tác giả Truyện Kiều là ai?"},
         {"accepted": [{"text": "Nguyễn Du"}, {"text": "Tố Như"}]}, "know"),
        ("matching", {"prompt": "Ghép nước với thủ đô.", "options": [{"id": "o1", "text": "Lào"},
                                                                      {"id": "o2", "text": "Thái Lan"}],
                      "targets": [{"id": "t1", "text": "Viêng Chăn"}, {"id": "t2", "text": "Băng Cốc"},
                                  {"id": "t3", "text": "Phnôm Pênh"}]}, {"pairs": {"o1": "t1", "o2": "t2"}}, "know"),
        ("ordering", {"prompt": "Sắp xếp từ bé đến lớn.", "options": [
            {"id": f"o{number}", "text": text} for number, text in enumerate(("0,5", "2", "10"), 1)]},
         {"order": ["o1", "o2", "o3"]}, "understand"),
        ("essay", {"prompt": "Phân tích vẻ đẹp của sông Hương.", "rows": 12}, {"rubric": {"criteria": []}}, "apply"),
    ]
    for type, content, key, level in examples:
        yield ExportItem(type, type, content, key, category="Ví dụ", level=level)


CSV = Format("csv", "CSV", "csv", "text/csv; charset=utf-8", with_trial(losses, write_csv, read_csv), write_csv)
XLSX = Format("xlsx", _l("Excel (XLSX)"), "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
              with_trial(losses, write_csv, read_csv), write_xlsx)
