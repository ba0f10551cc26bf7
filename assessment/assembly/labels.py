"""What a candidate sees of an item on one paper, so that neither an id nor a measure says anything of the key. Pure.

The ids of an item were given as it was written: lines often in their right order, partners beside each other. On a
paper they are labels by place (`x1`, `y1`), which say what the screen says and no more. A label never looks like an id,
so a response in either reads alike: `Labels.own` brings both to the item's own ids, `Labels.labelled` to labels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil
from typing import Any

from assessment.bank.showing import in_order

LETTERS = {"options": "x", "targets": "y", "pool": "y", "areas": "z", "points": "w"}
"""Other letters than those of own ids (o, t, a, p, g)."""
USUAL_LENGTHS = (16, 200)
LENGTH_STEP, WIDTH_STEP = 50, 10
Names = Mapping[str, str]
Content = dict[str, Any]


@dataclass(frozen=True)
class Labels:
    """The labels of an item by own id: of what stands alone or on the left, of partners, of what each gap offers."""

    alone: Names = field(default_factory=dict)
    partners: Names = field(default_factory=dict)
    gaps: Mapping[str, Names] = field(default_factory=dict)

    def labelled(self, response: Any) -> Any:
        """A response in labels; what has no label stays as it is."""
        return self._renamed(response)

    def own(self, response: Any) -> Any:
        """A response in the item's own ids; what is in own ids already, or typed, stays as it is."""
        return self._turned._renamed(response)

    @cached_property
    def _turned(self) -> "Labels":
        return Labels(_turned(self.alone), _turned(self.partners),
                      {gap: _turned(names) for gap, names in self.gaps.items()})

    def _renamed(self, response: Any) -> Any:
        if isinstance(response, str):
            return self.alone.get(response, response)
        if isinstance(response, list):
            return [_named(each, self.alone) for each in response]
        if isinstance(response, dict):
            return {self.alone.get(place, place): _named(value, self.gaps.get(place, self.partners))
                    for place, value in response.items()}
        return response


def labels_of(type: str, content: Mapping[str, Any]) -> Labels:
    """The labels of an item whose lists stand in the order of the paper."""
    names = {name: _numbered(content.get(name), letter) for name, letter in LETTERS.items()}
    if type in ("cloze", "table_fill"):
        offered = {"pool": names["pool"]}
        return Labels(gaps={gap["id"]: _numbered(gap.get("options"), LETTERS["options"]) or offered.get(gap["kind"], {})
                            for gap in content.get("gaps", ())})
    if type == "label_image":
        return Labels(names["points"], names["options"])
    if type == "hotspot":
        return Labels(names["areas"])
    return Labels(names["options"], names["targets"])


def laid_out(content: Mapping[str, Any], order: Sequence[str]) -> Content:
    """Content in own ids as this paper has it: every list in the order of the paper, measures that fit any answer."""
    laid = {name: value for name, value in content.items() if name not in ("variables", "conditions")}
    for name in ("options", "targets", "pool"):
        if name in laid:
            laid[name] = in_order(laid[name], order)
    if "areas" in laid:
        laid["areas"] = sorted(laid["areas"], key=_place_of)
    if "gaps" in laid:
        laid["gaps"] = _gaps(laid["gaps"], order)
    if laid.get("max_length", USUAL_LENGTHS[0]) not in USUAL_LENGTHS:
        laid["max_length"] = _roomy(laid["max_length"], LENGTH_STEP)
    return laid


def shown_content(type: str, laid: Mapping[str, Any], labels: Labels) -> Content:
    """Laid out content for the candidate's page: labels for ids, and nothing about how the paper is made."""
    shown = {name: value for name, value in laid.items() if name != "fixed"}
    for name, letter in LETTERS.items():
        if name in shown:
            shown[name] = _relabelled(shown[name], letter)
    if "gaps" in shown:
        shown["gaps"] = [gap | {"options": _relabelled(gap["options"], LETTERS["options"])} if "options" in gap else gap
                         for gap in shown["gaps"]]
    return shown


def gap_option(gap_id: str, option_id: str) -> str:
    """How the order of a paper names an option of one gap."""
    return f"{gap_id}.{option_id}"


def _gaps(gaps: Sequence[Mapping[str, Any]], order: Sequence[str]) -> list[Content]:
    """Lists in the order of the paper, typed gaps all equally wide: a width that was made for an answer tells it."""
    place = {name: number for number, name in enumerate(order)}
    widths = [gap["width"] for gap in gaps if gap.get("width")]
    width = {"width": _roomy(max(widths), WIDTH_STEP)} if widths else {}

    def laid(gap: Mapping[str, Any]) -> Content:
        if "options" not in gap:
            return {**gap, **width}
        options = sorted(gap["options"], key=lambda each: place.get(gap_option(gap["id"], each["id"]), len(place)))
        return {**gap, "options": options}
    return [laid(gap) for gap in gaps]


def _place_of(area: Mapping[str, Any]) -> tuple[float, float]:
    """From the top, from the left: reading order, whichever area was drawn first."""
    coords = area["coords"]
    if area["shape"] == "circle":
        return coords[1] - coords[2], coords[0] - coords[2]
    return min(coords[1::2]), min(coords[::2])


def _roomy(number: int, step: int) -> int:
    return ceil(number / step) * step


def _numbered(rows: Any, letter: str) -> dict[str, str]:
    return {row["id"]: f"{letter}{number}" for number, row in enumerate(rows or (), 1)}


def _relabelled(rows: Sequence[Mapping[str, Any]], letter: str) -> list[Content]:
    return [{**row, "id": f"{letter}{number}"} for number, row in enumerate(rows, 1)]


def _named(value: Any, names: Names) -> Any:
    return names.get(value, value) if isinstance(value, str) else value


def _turned(names: Names) -> dict[str, str]:
    return {label: own for own, label in names.items()}
