"""What types, levels and states are called on pages."""

from typing import Any

from lms.core.i18n import _l

TYPE_NAMES = {
    "single_choice": _l("One right answer"), "multiple_response": _l("Several right answers"),
    "single_true_false": _l("True or false, one statement"), "true_false": _l("True/false statements"),
    "four_cell": _l("Short answer: four cells"), "short_numeric": _l("Short answer: number"),
    "short_text": _l("Short answer: words"), "cloze": _l("Text with gaps"), "table_fill": _l("Table to fill in"),
    "matching": _l("Matching"), "ordering": _l("Putting in order"), "categorise": _l("Sorting into groups"),
    "hotspot": _l("Places on a picture"), "label_image": _l("Labels on a picture"), "maths": _l("Formula"),
    "essay": _l("Essay"), "file_upload": _l("Answer in files"), "oral": _l("Spoken answer"), "code": _l("Program"),
}
TYPE_HINTS = {
    "single_choice": _l("Some options, one of them is right (part I of the graduation exam)."),
    "multiple_response": _l("Some options, one or more of them are right."),
    "single_true_false": _l("One statement that is true or false."),
    "true_false": _l("Four statements, each true or false (part II of the graduation exam)."),
    "four_cell": _l("Four cells as on the answer sheet: digits, minus, decimal comma "
                    "(part III of the graduation exam)."),
    "short_numeric": _l("A number is typed, with tolerance and, where you like, a unit."),
    "short_text": _l("A word or a few are typed."),
    "cloze": _l("Gaps in a text: typed, chosen from a list, or filled from a pool of words."),
    "table_fill": _l("Empty cells in a table, filled like gaps."),
    "matching": _l("Each line on the left has its partner on the right."),
    "ordering": _l("Lines that are put in their right order."),
    "categorise": _l("Things that each belong to a group, or to none."),
    "hotspot": _l("A place on a picture is pressed or marked."),
    "label_image": _l("Numbers on a picture are named."),
    "maths": _l("A formula is written; what means the same counts as the same."),
    "essay": _l("A longer text, marked by a person with a rubric."),
    "file_upload": _l("Photos or documents, marked by a person with a rubric."),
    "oral": _l("A recording by microphone, marked by a person with a rubric."),
    "code": _l("A program, run against tests where the platform may, else marked by a person."),
}
TYPE_ICONS = {
    "single_choice": "record-circle", "multiple_response": "ui-checks", "single_true_false": "check2",
    "true_false": "list-check", "four_cell": "grid", "short_numeric": "123", "short_text": "input-cursor-text",
    "cloze": "text-paragraph", "table_fill": "table", "matching": "arrow-left-right", "ordering": "sort-down",
    "categorise": "collection", "hotspot": "bullseye", "label_image": "tags", "maths": "calculator",
    "essay": "file-text", "file_upload": "upload", "oral": "mic", "code": "code-slash",
}
LEVEL_NAMES = {"know": _l("Knowing"), "understand": _l("Understanding"), "apply": _l("Applying")}
LEVEL_TONES = {"know": "neutral", "understand": "info", "apply": "accent"}
STATE_NAMES = {
    "draft": _l("Draft"), "content_review": _l("Content review"), "language_review": _l("Language and bias review"),
    "pilot": _l("Pilot"), "ready": _l("Ready"), "retired": _l("Retired"),
}
STATE_TONES = {"draft": "warning", "content_review": "info", "language_review": "info", "pilot": "accent",
               "ready": "success", "retired": "neutral"}
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English"}
APPROVED = _l("Approved")
"""What `ready` is called in a reviewed bank."""
KIND_NAMES = {"open": _l("Open bank"), "secure": _l("Secure bank")}
ROLE_NAMES = {
    "manager": _l("Manager"), "author": _l("Author"), "content_reviewer": _l("Content reviewer"),
    "language_reviewer": _l("Language reviewer"), "approver": _l("Approver"), "reader": _l("Reader"),
}
ROLE_HINTS = {
    "manager": _l("Chooses the members. Sees no question by that."),
    "author": _l("Writes questions and sees his own."),
    "content_reviewer": _l("Reviews what is asked and what is right."),
    "language_reviewer": _l("Reviews language, fairness and accessibility."),
    "approver": _l("Has the last word: approves and retires."),
    "reader": _l("Sees approved questions and draws exams from them."),
}
STAGE_NAMES = {"content": _l("Content"), "language": _l("Language and bias"), "approval": _l("Approval")}
MOVE_NAMES = {
    "ready": _l("Make ready"), "submit": _l("Hand in for review"), "withdraw": _l("Take back to revise"),
    "sign_content": _l("Sign the content"), "return_content": _l("Send back to the author"),
    "sign_language": _l("Sign language and fairness"), "return_language": _l("Send back to the author"),
    "approve": _l("Approve the question"), "return_pilot": _l("Send back to the author"), "retire": _l("Retire"),
    "restore": _l("Take back"),
}
PART_NAMES = {
    "whole": _l("The whole question"), "prompt": _l("Stem"), "options": _l("Option"), "targets": _l("Partner"),
    "gaps": _l("Gap"), "areas": _l("Area"), "points": _l("Point"), "pool": _l("Word of the pool"),
    "picture": _l("Picture"), "table": _l("Table"), "key": _l("Key"), "explanation": _l("Explanation"),
    "metadata": _l("Where it belongs"), "other": _l("Other settings"),
}
EXPORT_STATES = {"requested": _l("Waits for consent"), "consented": _l("Consented"), "refused": _l("Refused"),
                 "used": _l("Taken")}


def state_name(state: str, *, reviewed: bool) -> Any:
    """What a state is called where the item stands."""
    return APPROVED if reviewed and state == "ready" else STATE_NAMES[state]


def item_number(item: Any) -> str:
    """What a question is called where its words are not shown: the end of its id, as people may read it out."""
    return item.id.hex[-8:].upper()


def part_name(part: str) -> str:
    """`options.o2` as "Option 2"."""
    name, _dot, row = part.partition(".")
    return f"{PART_NAMES.get(name, name)} {row.lstrip('abcdefghijklmnopqrstuvwxyz')}".strip()
