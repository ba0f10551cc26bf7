"""HTML on its way out: pictures found and given names that are unique in a question."""

import re
from base64 import b64encode
from collections.abc import Iterable
from typing import Any

from assessment.interchange.writers.base import MediaSource

SRC = re.compile(r'\bsrc="(media:[0-9a-f]{64}|/items/media/[0-9a-f-]{36})"')
TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
         "svg": "image/svg+xml", "mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg", "wav": "audio/wav"}


def sources(value: Any) -> Iterable[str]:
    """Every picture and sound that a content or key points to, in order, each once."""
    return dict.fromkeys(_found(value))


def _found(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield from SRC.findall(value)
    elif isinstance(value, dict):
        if isinstance(value.get("src"), str):
            yield value["src"]
        for each in value.values():
            yield from _found(each)
    elif isinstance(value, list):
        for each in value:
            yield from _found(each)


def safe_name(name: str, number: int) -> str:
    """A file name of plain signs, told apart by its number."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[-60:] or "file"
    return f"{number}-{stem}"


def as_data(src: str, media: MediaSource) -> str:
    """A picture as a `data:` address."""
    name, data = media.open(src)
    kind = TYPES.get(name.rsplit(".", 1)[-1].lower(), "image/png")
    return f"data:{kind};base64,{b64encode(data).decode()}"


def with_data(html: str, media: MediaSource) -> str:
    """HTML that holds its pictures itself."""
    return SRC.sub(lambda match: f'src="{as_data(match[1], media)}"', html)
