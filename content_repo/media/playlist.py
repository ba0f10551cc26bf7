"""HLS playlists: reading the ones ffmpeg wrote, writing the ones a player gets. Text in, text out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAP = re.compile(r'^#EXT-X-MAP:.*URI="([^"]+)"')
LENGTH = re.compile(r"^#EXTINF:([\d.]+)")
AAC = "mp4a.40.2"


@dataclass(frozen=True)
class Segment:
    """One piece: its file's name, seconds, bytes."""

    name: str
    seconds: float
    size: int


@dataclass(frozen=True)
class MediaPlaylist:
    """A rendition as ffmpeg left it: the init file's name, the pieces in order, the codec string."""

    init: str
    segments: list[Segment]
    codecs: str

    @property
    def duration_ms(self) -> int:
        """Length of all pieces."""
        return round(sum(segment.seconds for segment in self.segments) * 1000)

    @property
    def peak_rate(self) -> int:
        """The highest rate of any piece, bit/s."""
        return max((round(s.size * 8 / max(s.seconds, 0.1)) for s in self.segments), default=0)

    @property
    def average_rate(self) -> int:
        """The rate over all pieces, bit/s."""
        return round(sum(s.size for s in self.segments) * 8000 / max(self.duration_ms, 1))


@dataclass(frozen=True)
class Variant:
    """One line of the master playlist; `sound` says whether the shared sound belongs to it."""

    address: str
    width: int
    height: int
    peak_rate: int
    average_rate: int
    codecs: str
    fps: float | None = None


def read_playlist(path: Path) -> MediaPlaylist:
    """A playlist that our own ffmpeg run wrote, with the sizes of its pieces; empty if it wrote none."""
    init, segments, seconds = "", [], 0.0
    for line in path.read_text().splitlines() if path.is_file() else []:
        if found := MAP.match(line):
            init = found[1]
        elif found := LENGTH.match(line):
            seconds = float(found[1])
        elif line and not line.startswith("#"):
            segments.append(Segment(line, seconds, (path.parent / line).stat().st_size))
    return MediaPlaylist(init, segments, _codecs(path.parent / init) if init else "")


def _codecs(init: Path) -> str:
    """RFC 6381 name of the one track in an init file, from its avcC box; AAC-LC if there is none."""
    told = init.read_bytes()
    at = told.find(b"avcC")
    if at < 0:
        return AAC
    profile, flags, level = told[at + 5:at + 8]
    return f"avc1.{profile:02x}{flags:02x}{level:02x}"


def write_media(data: dict[str, Any], address: Callable[[str], str]) -> str:
    """A rendition's playlist from its stored `data` {init, segments: [{key, seconds}]}.

    `address` makes a signed address of a storage key.
    """
    longest = max((segment["seconds"] for segment in data["segments"]), default=1)
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{max(1, int(longest + 0.999))}",
             "#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS",
             f'#EXT-X-MAP:URI="{address(data["init"])}"']
    for segment in data["segments"]:
        lines += [f"#EXTINF:{segment['seconds']:.6f},", address(segment["key"])]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def write_master(variants: Sequence[Variant], sound: Variant | None = None, sound_name: str = "Sound") -> str:
    """The master playlist, lowest rate first, so that a slow line starts at once."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if sound:
        lines.append(f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="{sound_name}",DEFAULT=YES,AUTOSELECT=YES,'
                     f'CHANNELS="2",URI="{sound.address}"')
    for variant in sorted(variants, key=lambda each: each.peak_rate):
        lines += [f"#EXT-X-STREAM-INF:{_attributes(variant, sound)}", variant.address]
    return "\n".join([*lines, ""])


def _attributes(variant: Variant, sound: Variant | None) -> str:
    codecs = variant.codecs + (f",{sound.codecs}" if sound else "")
    peak = variant.peak_rate + (sound.peak_rate if sound else 0)
    average = variant.average_rate + (sound.average_rate if sound else 0)
    told = [f"BANDWIDTH={peak}", f"AVERAGE-BANDWIDTH={average}", f'CODECS="{codecs}"',
            f"RESOLUTION={variant.width}x{variant.height}"]
    if variant.fps:
        told.append(f"FRAME-RATE={variant.fps:.3f}")
    if sound:
        told.append('AUDIO="sound"')
    return ",".join(told)
