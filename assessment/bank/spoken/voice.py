"""What a language must have to say formulas: tables of words, filled in a module of each language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_UNIT = re.compile(r"([A-Za-zµμΩ°Å%]+)(?:\^?\{?([-−]?\d)\}?)?")
_LENGTHS = frozenset({"m", "km", "dm", "cm", "mm"})


@dataclass(frozen=True)
class Voice:
    """`signs`: by name of a sign or command. `phrases`: by what is said, `{}` for its parts. `units`: many, one."""

    comma: str
    signs: Mapping[str, str]
    phrases: Mapping[str, str]
    units: Mapping[str, tuple[str, str]]

    def sign(self, name: str) -> str:
        """The word of a sign; one that has none is said by its name."""
        return self.signs.get(name, name)

    def phrase(self, name: str, *parts: object) -> str:
        """A phrase with its parts filled in."""
        return self.phrases[name].format(*parts)

    def unit(self, written: str) -> str:
        """`m/s^2` in words; empty where anything in it is no unit."""
        said: list[str] = []
        for number, part in enumerate(written.strip().split("/")):
            factors = [self._power_of_unit(each, bool(number)) for each in re.split(r"[.·*\s]+|\\cdot", part.strip())]
            if not all(factors):
                return ""
            said.append(" ".join(factors))
        return f" {self.phrases['per']} ".join(said)

    def _power_of_unit(self, written: str, is_one: bool) -> str:
        match = _UNIT.fullmatch(written)
        if not match or match[1] not in self.units:
            return ""
        name, power = self.units[match[1]][is_one], (match[2] or "").replace("−", "-")
        if power in ("2", "3") and match[1] in _LENGTHS:
            return self.phrase("square_unit" if power == "2" else "cubic_unit", name)
        if power in ("2", "3"):
            return f"{name} {self.phrases['squared' if power == '2' else 'cubed']}"
        negative = power.startswith("-")
        return name if power in ("", "1") else self.phrase(
            "power", name, f"{self.phrases['negative']} {power[1:]}" if negative else power)
