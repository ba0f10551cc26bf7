"""Who chose what: the option table of one item, by its type. Pure: results in, plain data out.

Every row is a dictionary that can be stored as JSON: label, text, is_key, count, share, mean_rest,
correlation and by_group (share of each fifth of the candidates, weakest first). For true/false the rows are
the statements: a row counts who judged the statement *rightly*, and says how many called it true or false.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessment.marking.services import ItemColumn, fold_text, parse_number
from assessment.psychometrics.classical import OptionTable, option_table

GROUPS = 5
SHOWN_ANSWERS = 8

Row = dict[str, Any]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Takers:
    """Those who were given one item: their responses, rest scores and score groups, all of one length."""

    responses: list[Any]
    rest: NDArray[np.float64]
    groups: NDArray[np.int64]

    def table(self, columns: list[Bools]) -> OptionTable:
        """The option table of boolean columns, one an option."""
        chosen = np.stack(columns, axis=1) if columns else np.zeros((len(self.responses), 0), dtype=bool)
        return option_table(chosen, self.rest, self.groups, GROUPS)


def option_rows(item: ItemColumn, takers: Takers) -> list[Row]:
    """The rows of one item's option table, its options first and "omitted" last."""
    return _ROWS[item.kind](item, takers) if item.kind in _ROWS else []


def number(value: float) -> float | None:
    """A figure as JSON can hold it: NaN becomes None."""
    return None if np.isnan(value) else float(value)


def letter(place: int) -> str:
    """A, B, C ... as papers name options."""
    return chr(ord("A") + place)


def _choice_rows(item: ItemColumn, takers: Takers) -> list[Row]:
    columns = [np.array([_picked(response, option.id) for response in takers.responses], dtype=bool)
               for option in item.options]
    columns.append(_omitted(takers))
    rows = _rows(takers.table(columns))
    for place, option in enumerate(item.options):
        rows[place].update(label=letter(place), text=option.text, is_key=option.is_right)
    rows[-1].update(label="", text="", is_key=False, is_omitted=True)
    return rows


def _picked(response: Any, option_id: str) -> bool:
    return option_id in response if isinstance(response, list) else response == option_id


def _omitted(takers: Takers) -> Bools:
    return np.array([response in (None, "", [], {}) for response in takers.responses], dtype=bool)


def _statement_rows(item: ItemColumn, takers: Takers) -> list[Row]:
    says = np.array([[_judgement(response, option.id) for option in item.options]
                     for response in takers.responses], dtype=np.int64)
    says = says.reshape(len(takers.responses), len(item.options))
    truth = np.array([option.is_right for option in item.options], dtype=np.int64)
    rows = _rows(takers.table(list((says == truth).T)))
    count = max(1, len(takers.responses))
    for place, option in enumerate(item.options):
        column = says[:, place]
        rows[place].update(
            label=f"{letter(place).lower()})", text=option.text, is_key=True, is_true=option.is_right,
            said_true=int((column == 1).sum()) / count, said_false=int((column == 0).sum()) / count,
            blank=int((column == -1).sum()) / count)
    return rows


def _judgement(response: Any, option_id: str) -> int:
    """1 for true, 0 for false, -1 for no judgement."""
    said = response.get(option_id) if isinstance(response, Mapping) else None
    return int(said) if isinstance(said, bool) else -1


def _typed_rows(item: ItemColumn, takers: Takers) -> list[Row]:
    """The answers that most people typed, equal numbers counted as one, accepted ones always shown."""
    same = _same_number if item.kind == "short_numeric" else _same_text
    answers = [same(response) if isinstance(response, str) else "" for response in takers.responses]
    accepted = list(dict.fromkeys(same(text) for text in item.accepted))
    often = [text for text, _ in Counter(answers).most_common(SHOWN_ANSWERS + len(accepted) + 1) if text]
    shown = accepted + [text for text in often if text not in accepted][:SHOWN_ANSWERS]
    typed = np.array(answers, dtype=object)
    columns = [np.asarray(typed == text, dtype=bool) for text in shown]
    others = ~np.isin(np.array(answers, dtype=str), [*shown, ""]) if answers else np.zeros(0, dtype=bool)
    rows = _rows(takers.table([*columns, others, _omitted(takers)]))
    for place, text in enumerate(shown):
        rows[place].update(label=text.replace(".", ",") if item.kind == "short_numeric" else text, text="",
                           is_key=text in accepted)
    rows[-2].update(label="", text="", is_key=False, is_other=True)
    rows[-1].update(label="", text="", is_key=False, is_omitted=True)
    return rows


def _same_number(text: str) -> str:
    value = parse_number(text)
    if value is None:
        return fold_text(text)[:40]
    return f"{value.normalize() + 0:f}"


def _same_text(text: str) -> str:
    return fold_text(text)[:80]


def _rows(table: OptionTable) -> list[Row]:
    return [
        {"count": int(table.count[place]), "share": number(table.share[place]),
         "mean_rest": number(table.mean_rest[place]), "correlation": number(table.correlation[place]),
         "by_group": [number(share) for share in table.by_group[place]]}
        for place in range(table.count.size)
    ]


_ROWS: dict[str, Callable[[ItemColumn, Takers], list[Row]]] = {
    "single_choice": _choice_rows,
    "multiple_response": _choice_rows,
    "true_false": _statement_rows,
    "short_numeric": _typed_rows,
    "short_text": _typed_rows,
}
