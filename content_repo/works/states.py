"""The life of a work as one table of legal steps. Pure: no database, no clock."""

from __future__ import annotations

from dataclasses import dataclass

STATES = ("draft", "submitted", "returned", "published", "withdrawn")


@dataclass(frozen=True)
class Step:
    """A legal step: from which states, to which, by which permission, and whether it must say why."""

    name: str
    sources: frozenset[str]
    target: str
    permission: str
    needs_reason: bool = False
    needs_complete: bool = False
    only_once_published: bool = False


def _step(name: str, sources: str, target: str, **conditions: bool) -> Step:
    return Step(name, frozenset(sources.split()), target, f"work:{name}", **conditions)


STEPS: dict[str, Step] = {
    step.name: step
    for step in (
        _step("submit", "draft returned", "submitted", needs_complete=True),
        _step("retract", "submitted", "draft"),
        _step("return", "submitted", "returned", needs_reason=True),
        _step("publish", "submitted", "published", needs_complete=True),
        # A librarian describes what others wrote and lets it out at once: there is no deposit to review.
        _step("catalogue", "draft", "published", needs_complete=True),
        _step("discard", "draft returned", "withdrawn"),
        _step("withdraw", "published", "withdrawn", needs_reason=True),
        # A discarded draft was never reviewed, so it has nothing to come back to.
        _step(
            "restore",
            "withdrawn",
            "published",
            needs_reason=True,
            needs_complete=True,
            only_once_published=True,
        ),
    )
}


def find_step(name: str, state: str, *, once_published: bool) -> Step | None:
    """The step of this name if a work in this state may take it; None if it may not."""
    step = STEPS.get(name)
    if step is None or state not in step.sources:
        return None
    return None if step.only_once_published and not once_published else step
