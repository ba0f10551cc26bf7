"""From the pictures of a staged question to those that the bank keeps."""

import json
from collections.abc import Iterable
from typing import Any

from assessment.bank.content import ItemBody
from assessment.interchange.questions import MEDIA

Json = dict[str, Any]


def linked(values: Iterable[Json], sources: dict[str, str]) -> list[Json]:
    """Contents and keys with the bank's addresses (by digest) in place of the staging's; unknown ones stay."""
    text = json.dumps(list(values))
    found: list[Json] = json.loads(MEDIA.sub(lambda match: sources.get(match[1], match[0]), text))
    return found


def cleaned_body(type: str, content: Json, key: Json) -> ItemBody | None:
    """A linked question that was cleaned and found whole at reading; None where a picture is missing.

    Nothing but addresses of the bank's own pictures changed in it since, so the bank need not clean it once more.
    """
    return None if MEDIA.search(json.dumps([content, key])) else ItemBody(type, content, key)
