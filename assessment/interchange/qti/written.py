"""Interactions that a person marks (extended text, upload), and the slider."""

from decimal import Decimal
from typing import Any

from assessment.bank.content import number_text, read_number
from assessment.bank.markup import plain_text
from assessment.interchange.qti.drafts import Draft, Item
from assessment.interchange.qti.gaps import accepted_numbers, accepted_texts
from lms.core.i18n import _

_KINDS = {  # the end of a MIME type, and what the bank calls such files
    "pdf": ("pdf",), "jpeg": ("jpg",), "jpg": ("jpg",), "png": ("png",), "plain": ("txt",), "zip": ("zip",),
    "msword": ("docx",), "vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",), "vnd.ms-excel": ("xlsx",),
    "vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",), "vnd.ms-powerpoint": ("pptx",),
    "vnd.oasis.opendocument.text": ("odt",), "mpeg": ("mp3",), "mp4": ("mp4", "m4a"), "ogg": ("ogg",), "wav": ("wav",),
    "image": ("jpg", "png"), "audio": ("mp3", "m4a", "ogg", "wav"), "video": ("mp4",), "text": ("txt",),
}
ANY_FILE = ["pdf", "docx", "jpg", "png"]
_MODEL = "model-answer"


def build_essay(item: Item) -> Draft:
    """A text that a person marks; where the file gives a right answer, a short one."""
    response = item.response
    if response.is_number and (response.correct or response.accepted):
        return Draft("short_numeric", {"prompt": item.text()}, {"accepted": accepted_numbers(item, response)})
    if (response.best or response.accepted) and item.hint in ("", "short_text"):
        return Draft("short_text", {"prompt": item.text()}, accepted_texts(item, response))
    content: dict[str, Any] = {"prompt": item.text()}
    lines = item.only.get("expectedLines") or ""
    if lines.isdigit() and len(lines) < 4:
        content["rows"] = min(max(int(lines), 2), 60)
    if response.correct and not item.hint:
        item.page.note(_("the right answer of the file is kept as the model answer"))
    return Draft("essay", content, _rubric_key(item, response.correct))


def build_upload(item: Item) -> Draft:
    """A file that a person marks."""
    item.page.note(_("sizes and number of the files are those of the platform"))
    accept = accepted_kinds((item.only.get("type") or "").replace(",", " ").split())
    if not accept:
        accept = ANY_FILE
        item.page.doubt("accept", _("the file does not say which kinds of files are taken"))
    content = {"prompt": item.text(), "accept": accept, "most": 5 if item.response.cardinality != "single" else 1}
    return Draft("file_upload", content, _rubric_key(item, []))


def accepted_kinds(types: list[str]) -> list[str]:
    """The bank's kinds of files for MIME types or endings."""
    found: list[str] = []
    for each in types:
        family, _slash, end = each.lower().lstrip(".").partition("/")
        found += _KINDS.get(end if end not in ("", "*") else family, _KINDS.get(family, ()) if not end else ())
        found += [family] if not end and family in ("docx", "xlsx", "pptx", "odt", "txt", "mp3", "m4a", "mp4") else []
    return list(dict.fromkeys(found))


def build_slider(item: Item) -> Draft:
    """A number that was to be set with a slider."""
    item.page.note(_("a slider became a number that is typed"))
    response = item.response
    accepted = accepted_numbers(item, response)
    best = sorted(number for entry in response.best if (number := read_number(entry.key)) is not None)
    if response.how == "map" and len(best) > 1:
        middle, half = (best[0] + best[-1]) / 2, (best[-1] - best[0]) / 2
        accepted = [{"value": number_text(middle), "tolerance": number_text(half)}]
    return Draft("short_numeric", {"prompt": item.text()}, {"accepted": accepted})


def _rubric_key(item: Item, model: list[str]) -> dict[str, Any]:
    """One criterion with all points, and as its text what the file tells the markers."""
    told, shown = [], [plain_text(text) for text in model]
    for block in item.root.iter("rubricBlock"):
        views = (block.get("view") or "candidate").split()
        if "candidate" in views:
            continue
        if _MODEL in (block.get("class") or ""):
            shown = [item.page.html(block, "model_answer")]
        else:
            told.append(plain_text(item.page.html(block, "rubric"), limit=2_000))
    key = one_criterion(" ".join(told), item.marking.highest)
    return key | ({"model_answer": "".join(shown)} if any(shown) else {})


def one_criterion(text: str, points: Decimal = Decimal(1)) -> dict[str, Any]:
    """A rubric with one criterion, from all points to none."""
    most = number_text(points if 0 < points <= 1000 else Decimal(1))
    levels = [{"points": most, "text": text[:2_000]}, {"points": "0", "text": ""}]
    return {"rubric": {"criteria": [{"id": "c1", "name": _("Whole answer"), "levels": levels}]}}
