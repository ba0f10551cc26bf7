"""Pictures and sound from outside: safe ones are kept clean, all others are refused with a reason. Pure."""

import base64
import io
import struct
import zlib
from contextlib import suppress
from random import Random

import pytest
from PIL import Image

from assessment.bank.media_bytes import Judged, judge
from lms.core.errors import Invalid

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 30">{}</svg>'
HARMLESS = SVG.format('<defs><clipPath id="c"><rect width="9" height="9"/></clipPath></defs>'
                      '<g clip-path="url(#c)"><use href="#p"/></g><path id="p" d="M0 0L9 9"/><text x="1">Hình 1</text>')


def picture(format: str = "PNG", size: tuple[int, int] = (30, 20), **options: object) -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 60)).save(out, format, **options)
    return out.getvalue()


def wav(extra: bytes = b"") -> bytes:
    """A tenth of a second of silence."""
    body = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + extra + b"data" + struct.pack("<I", 800)
    return b"RIFF" + struct.pack("<I", len(body) + 804) + b"WAVE" + body + b"\x80" * 800


def mp3() -> bytes:
    """Four frames of MPEG 1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes each."""
    return (b"\xff\xfb\x90\x00" + b"\0" * 413) * 4


def huge_png(side: int) -> bytes:
    """A PNG of a few hundred bytes that says it is `side` x `side`."""
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"\0" * 5000)) + chunk(b"IEND", b""))


@pytest.mark.parametrize(("format", "content_type"), [
    ("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp")])
def test_a_picture_is_judged_by_its_bytes_and_not_by_its_name(format: str, content_type: str) -> None:
    judged = judge("bài tập.exe", picture(format))
    assert (judged.kind, judged.content_type, judged.width, judged.height) == ("picture", content_type, 30, 20)
    assert judge("again.png", judged.data).content_type == content_type


def test_what_a_camera_noted_is_dropped_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Máy ảnh của An", 6
    exif.get_ifd(0x8825)[1] = "N"
    judged = judge("anh.jpg", picture("JPEG", exif=exif.tobytes(), comment=b"secret note"))
    kept = Image.open(io.BytesIO(judged.data))
    assert not kept.getexif()
    assert b"An" not in judged.data
    assert b"secret" not in judged.data
    assert (judged.width, judged.height) == (20, 30)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP"])
def test_what_hangs_on_a_picture_stays_behind(format: str) -> None:
    judged = judge("a.png", picture(format) + b"PK\x03\x04<script>alert(1)</script>%PDF-1.4")
    assert b"<script>" not in judged.data


def test_a_moving_picture_keeps_moving_and_a_very_large_one_is_made_smaller() -> None:
    frames = [Image.new("RGB", (8, 8), (shade, 9, 9)) for shade in (1, 90, 200)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=80, comment=b"secret")
    judged = judge("a.gif", out.getvalue())
    assert Image.open(io.BytesIO(judged.data)).n_frames == 3
    assert b"secret" not in judged.data
    assert judge("a.jpg", picture("JPEG", (4000, 100))).width == 2560


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "empty"), (b"hello, not a picture", "is not a picture"), (b"MZ\x90\x00" + b"\0" * 99, "is not a picture"),
    (b"<html><script>alert(1)</script></html>", "is not a picture"), (picture()[:60], "damaged"),
    (huge_png(7000), "dots"), (huge_png(30_000), "dots"), (b"\x89PNG\r\n\x1a\n" + b"\0" * 11 * 1024**2, "too large"),
    (b"\xff\xfb\x90\x00" + b"<script>" * 200, "none that can be played"), (b"OggS" + b"\0" * 99, "none that can be"),
    (b"RIFF\0\0\0\0WAVEjunk", "none that can be"), (b"\0\0\0\x18ftypisom" + b"\0" * 9 + b"hdlr" + b"\0" * 8 + b"vide",
                                                    "none that can be")])
def test_what_is_no_safe_picture_or_sound_is_refused_by_name_and_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as refused:
        judge("hinh.png", data)
    assert not data or "hinh.png" in refused.value.message


def test_sound_is_kept_without_notes() -> None:
    tagged = b"ID3\x04\x00\x00\x00\x00\x00\x14" + b"TPE1 Co giao Lan    " + mp3() + b"TAG" + b"x" * 125
    assert judge("nghe.png", tagged) == Judged("audio", "audio/mpeg", mp3())
    judged = judge("nghe.wav", wav(b"LIST" + struct.pack("<I", 12) + b"INFOIART An."))
    assert judged.content_type == "audio/wav"
    assert b"INFO" not in judged.data
    assert judge("b.wav", judged.data).data == judged.data
    m4a = b"\0\0\0\x18ftypM4A \0\0\0\0" + b"hdlr" + b"\0" * 8 + b"soun" + b"\0" * 20
    assert judge("a", m4a).content_type == "audio/mp4"
    assert judge("a", (b"OggS" + b"\0" * 24 + b"\x01vorbis") * 2).content_type == "audio/ogg"


def test_a_drawing_is_kept_with_its_size_and_without_an_editors_notes() -> None:
    judged = judge("hinh.svg", HARMLESS.encode())
    assert (judged.content_type, judged.width, judged.height) == ("image/svg+xml", 40, 30)
    assert "Hình 1" in judged.data.decode()
    noted = ('<svg xmlns="http://www.w3.org/2000/svg" xmlns:i="http://inkscape" width="20mm" height="10mm"><!--who-->'
             '<i:view user="An"/><metadata><a xmlns="x">An</a></metadata><path i:label="An" d="M0 0"/></svg>')
    judged = judge("a.svg", noted.encode())
    assert b"An" not in judged.data
    assert b"who" not in judged.data
    assert (judged.width, judged.height) == (76, 38)


INNER = "<image href='data:image/png;base64,{}'/>"


def test_a_picture_inside_a_drawing_is_judged_like_any_other() -> None:
    inside = base64.b64encode(picture() + b"<script>").decode()
    judged = judge("a.svg", SVG.format(INNER.format(inside)).encode())
    assert base64.b64encode(picture()[:30])[:36] in judged.data
    with pytest.raises(Invalid, match="dots"):
        judge("a.svg", SVG.format(INNER.format(base64.b64encode(huge_png(9000)).decode())).encode())


def doubling(tag: str, refer: str) -> str:
    """Twenty parts, each of which shows the one before it eight times."""
    return "".join(f'<{tag} id="u{n}">' + refer.format(n - 1) * 8 + f"</{tag}>" for n in range(1, 20))


@pytest.mark.parametrize("inside", [
    "<script>alert(1)</script>", "<SCRIPT/>", '<rect onclick="alert(1)"/>', '<g oNload="x"/>',
    "<foreignObject><p/></foreignObject>", '<a href="javascript:alert(1)"/>', '<use href="https://x.test/a.svg#b"/>',
    '<image href="https://x.test/a.png"/>', '<image xlink:href="file:///etc/passwd"/>',
    '<image href="data:image/svg+xml;base64,PHN2Zz4="/>', '<image href="data:text/html,&lt;script&gt;"/>',
    "<style>@import 'https://x.test/a.css';</style>", '<rect style="fill:url(https://x.test/a)"/>',
    "<style>rect{fill:\\75rl(x)}</style>", '<rect fill="url(javascript:1)"/>', '<set attributeName="href" to="x"/>',
    '<animate attributeName="href"/>', '<iframe src="x"/>', '<h:script xmlns:h="http://www.w3.org/1999/xhtml"/>',
    '<use id="a" href="#b"/><use id="b" href="#a"/>', doubling("g", '<use href="#u{}"/>'),
    doubling("pattern", '<rect fill="url(#u{})"/>'), "<g>" * 240 + "</g>" * 240, "<g/>" * 20_001, "<g>",
])
def test_a_hostile_drawing_is_refused(inside: str) -> None:
    with pytest.raises(Invalid, match=r"a\.svg cannot be kept"):
        judge("a.svg", SVG.format(inside).encode())


@pytest.mark.parametrize("head", [
    '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>', '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE svg [<!ENTITY % x SYSTEM "http://x.test/">%x;]>'])
def test_a_drawing_with_entities_is_refused_in_any_encoding(head: str) -> None:
    text = head + SVG.format("<text>&a;</text>")
    with pytest.raises(Invalid):
        judge("a.svg", text.encode())
    with pytest.raises(Invalid):
        judge("a.svg", text.encode("utf-16"))


def test_no_bytes_end_in_anything_but_an_answer() -> None:
    random = Random(5)
    seeds = [picture(), picture("JPEG"), picture("GIF"), picture("WEBP"), wav(), mp3(), HARMLESS.encode()]
    for number in range(700):
        data = bytearray(seeds[number % len(seeds)])
        for _change in range(random.randint(1, 8)):
            data[random.randrange(len(data))] = random.randrange(256)
        with suppress(Invalid):
            judge("a", bytes(data[:random.randint(1, len(data))]))
