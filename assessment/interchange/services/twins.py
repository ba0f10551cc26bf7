"""Questions that say nearly the same: twice in one file, or once in the file and once in the bank."""

from hashlib import blake2b
from typing import Any

from assessment.bank.markup import plain_text, without_marks

LONGEST = 4000


class TwinsInFile:
    """Remembers what the questions of a file say; a few bytes each."""

    def __init__(self) -> None:
        self.first: dict[bytes, int] = {}

    def find(self, number: int, content: dict[str, Any]) -> list[dict[str, Any]]:
        """The question before this one that says the same, but for case, tone marks and the order of options."""
        if not content.get("prompt"):
            return []
        options = sorted(plain_text(str(each.get("text", "")), LONGEST) for each in content.get("options") or ())
        words = without_marks(" | ".join([plain_text(content["prompt"], LONGEST), *options]))
        media = sorted(each for each in str(content).split('"') if each.startswith("media:"))
        digest = blake2b(f"{words} {media}".encode(), digest_size=12).digest()
        first = self.first.setdefault(digest, number)
        return [{"number": first}] if first != number else []
