"""Small real videos and assets for tests. Clips are made by ffmpeg itself, once a kind and test run."""

import subprocess
import tempfile
from functools import cache
from pathlib import Path
from uuid import UUID

from content_repo.media import services
from content_repo.media.models import MediaAsset
from content_repo.media.program import find_program
from lms.core.db import db
from lms.core.ids import new_id
from lms.core.permissions import SYSTEM
from tests.factories.files import make_file


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="lms-clips-"))


@cache
def make_clip(size: str = "320x240", seconds: float = 1, *, sound: bool = True, picture: bool = True,
              rate: int = 10, extension: str = "mp4", more: tuple[str, ...] = ()) -> Path:
    """A clip with a moving pattern and a tone; the same arguments give the same file."""
    target = _folder() / f"{new_id()}.{extension}"
    inputs, codecs = [], []
    if picture:
        inputs += ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}"]
        codecs += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    if sound:
        inputs += ["-f", "lavfi", "-i", f"sine=duration={seconds}"]
        codecs += ["-c:a", "aac", "-b:a", "32k"]
    command = [find_program().ffmpeg, "-v", "error", "-y", *inputs, *codecs, *more, str(target)]
    subprocess.run(command, check=True, timeout=60)
    return target


def make_asset(content: bytes | Path | None = None, owner: tuple[str, UUID] | None = None, *,
               silent_ok: bool = False, name: str = "bai-giang.mp4") -> MediaAsset:
    """A waiting asset, committed, of a file with `content` (a small good clip if None); its job is queued."""
    content = make_clip() if content is None else content
    owner = owner or ("work", new_id())
    file = make_file(content if isinstance(content, bytes) else content.read_bytes(), name, owner)
    asset = services.create_asset(SYSTEM, file.id, owner, silent_ok=silent_ok)
    db.session.commit()
    return asset
