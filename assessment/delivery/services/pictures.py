"""Pictures and sound on a candidate's page, by their place on the paper.

The id of a picture tells when it was handed in, and partners are handed in one after the other. So the page names a
picture by the paper and a number, given in the order in which the paper shows them.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from uuid import UUID

from assessment.assembly import services as assembly
from assessment.bank.media import address_time, media_ids, open_media
from lms.core.errors import NotFound
from lms.core.i18n import _
from lms.core.signing import InvalidToken, sign, unsign

PURPOSE = "paper-picture"
_ADDRESS = re.compile(r"/items/media/([0-9a-f-]{36})\?t=[\w.~-]+")


def by_place(form_id: UUID, html: str, address: Callable[[int, str], str]) -> str:
    """The page of a paper with `address(number, ticket)` in place of every picture's own address."""
    numbers = {media_id: number for number, media_id in enumerate(_pictures_of(form_id), 1)}

    def renamed(match: re.Match[str]) -> str:
        number = numbers[UUID(match[1])]
        return address(number, sign(PURPOSE, {"form": form_id.hex, "number": number}, address_time()))
    return _ADDRESS.sub(renamed, html)


def open_picture(form_id: UUID, number: int, ticket: str) -> tuple[str, bytes]:
    """(content type, bytes) for whoever holds a signed address. The signature has decided on access: no actor.

    Raises NotFound, InvalidToken, ExpiredToken.
    """
    if unsign(PURPOSE, ticket) != {"form": form_id.hex, "number": number}:
        raise InvalidToken(_("This link or token is not valid."))
    media_id = _pictures_of(form_id)[number - 1]
    found = open_media([media_id]).get(media_id)
    if found is None:
        raise NotFound(_("There is no such picture or sound."))
    return found


@lru_cache(maxsize=512)
def _pictures_of(form_id: UUID) -> tuple[UUID, ...]:
    items = assembly.get_paper(form_id).items
    return tuple(media_ids([(item.stimulus.content if item.stimulus else "", item.shown) for item in items]))
