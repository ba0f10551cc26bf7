"""Questions that say nearly the same: twice in one file, or once in the file and once in the bank."""

from hashlib import blake2b
from typing import Any
from uuid import UUID

from assessment.bank import services as bank
from assessment.bank.markup import plain_text, without_marks
from assessment.interchange.services.places import ImportPlace, load_batch, owner_of
from lms.core.db import outside_transaction, transaction
from lms.core.errors import PlatformError

LONGEST, MOST_NAMED = 4000, 3


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


class TwinsInBank:
    """Asks the bank what the questions of a file are like, as their owner may see it."""

    def __init__(self, batch_id: UUID) -> None:
        with transaction():
            batch = load_batch(batch_id)
            self.actor, self.bank_id = owner_of(batch), ImportPlace.from_json(batch.place).bank_id

    def mark(self, rows: list[dict[str, Any]]) -> None:
        """Add what is alike to the rows of a chunk; those of the same file stand in them already."""
        asked = [row for row in rows if row["data"]["content"].get("prompt") and row["state"] != "refused"]
        if not asked:
            return
        try:
            found = bank.find_near_duplicates(self.actor, [row["data"]["content"] for row in asked],
                                              bank_id=self.bank_id)
        except PlatformError:  # who may not write there is told so when he imports
            return
        outside_transaction()
        for row, alike in zip(asked, found, strict=True):
            row["twins"] += [{"item_id": str(each.item_id) if each.may_read else ""} for each in alike
                             if each.item_id is not None][:MOST_NAMED]
            row["has_twins"] = bool(row["twins"])
