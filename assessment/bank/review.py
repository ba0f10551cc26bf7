"""The way of an item from state to state: one table of legal moves, and what each of them asks for."""

from dataclasses import dataclass

from lms.core.i18n import _l

DESK, REVIEWED = "desk", "reviewed"
"""Where a move is open: items without review (on the owner's desk, in a bank without), and those of reviewed banks."""


@dataclass(frozen=True)
class Move:
    """A step from one of some states to another, by whom (`permission`) and where.

    `signs`: the stage whose sign-off the step is. `asks_reason`: it needs one in words. `complete`: only a question
    without a gap may take it.
    """

    name: str
    before: tuple[str, ...]
    after: str
    permission: str
    where: tuple[str, ...] = (REVIEWED,)
    signs: str = ""
    asks_reason: bool = False
    complete: bool = False


MOVES = (
    Move("ready", ("draft",), "ready", "item:revise", (DESK,), complete=True),
    Move("unready", ("ready",), "draft", "item:revise", (DESK,)),
    Move("submit", ("draft",), "content_review", "item:submit", complete=True),
    Move("withdraw", ("content_review", "language_review", "pilot"), "draft", "item:submit", asks_reason=True),
    Move("sign_content", ("content_review",), "language_review", "item:review_content", signs="content"),
    Move("return_content", ("content_review",), "draft", "item:review_content", asks_reason=True),
    Move("sign_language", ("language_review",), "pilot", "item:review_language", signs="language"),
    Move("return_language", ("language_review",), "draft", "item:review_language", asks_reason=True),
    Move("approve", ("pilot",), "ready", "item:approve", signs="approval", complete=True),
    Move("return_pilot", ("pilot",), "draft", "item:approve", asks_reason=True),
    Move("reopen", ("language_review", "pilot", "ready"), "content_review", "item:revise"),
    Move("retire", ("draft", "content_review", "language_review", "pilot", "ready"), "retired", "item:retire",
         (DESK, REVIEWED)),
    Move("restore", ("retired",), "draft", "item:retire", (DESK, REVIEWED)),
)
"""`reopen` is taken by itself, when a new version of something signed is written: it asks for the review again."""

BY_NAME = {move.name: move for move in MOVES}
OFFERED = tuple(move for move in MOVES if move.name not in ("unready", "reopen"))

CHECKLIST = {
    "plain": _l("The words are those that pupils of the grade know; sentences are short"),
    "unambiguous": _l("It can be read in one way only"),
    "spelling": _l("Spelling, punctuation, symbols and units are right"),
    "fair": _l("No region, sex, people, belief or way of life is shown in a bad light or given an advantage"),
    "names": _l("Names and situations are varied and fit the age"),
    "no_clue": _l("The wording gives no clue to the key"),
    "accessible": _l("Pictures have alternative text, nothing depends on colour alone"),
}
"""What the language and bias review goes through; all of it, before it is signed."""


def find_move(before: str, after: str, where: str) -> Move | None:
    """The move that leads from state to state there, or None where the table has none."""
    return next((move for move in MOVES if before in move.before and move.after == after and where in move.where), None)


def moves_from(state: str, where: str) -> list[Move]:
    """What may be offered to somebody from this state."""
    return [move for move in OFFERED if state in move.before and where in move.where]
