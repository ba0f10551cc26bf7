"""Step 2: a teacher uploads a lecture and hands it in, a librarian publishes it, the page plays it."""

import base64
import re
from urllib.parse import urljoin

from tests.factories.media import make_clip
from tests.walk.site import Browser, Page, Site, expect

LECTURE = {
    "title": "Dao động điều hoà: con lắc lò xo",
    "abstract": "Bài giảng trình bày phương trình, chu kì và năng lượng của con lắc lò xo, kèm hai ví dụ.",
    "lecturers": "Nguyễn Thị Minh Hạnh",
    "keywords": "dao động; con lắc lò xo; Vật lí 12",
    "grade": "11",
    "language": "vi",
    "licence": "cc-by-sa",
}
SUBJECT = "Vật lí"
SECONDS = 10
PATIENCE = 120


def walk(site: Site) -> str:
    """A wrong file first, then the lecture; handed in, published, made, and read to its last piece."""
    teacher, librarian, visitor = site.as_("teacher"), site.as_("librarian"), site.anonymous()
    work = _describe(teacher)
    _be_refused_for_a_program(site, teacher, work)
    _upload(teacher, work)
    _hand_in(teacher, work)
    _publish(librarian, work)
    page = site.wait(lambda: _ready(visitor, work), PATIENCE, "the lecture to be ready")
    rungs, pieces = _play(visitor, page)
    expect(re.search(r"\b0:(09|10|11)\b", page.words), "the page does not tell the length")
    return f"“{LECTURE['title']}” published; {rungs} rungs, {pieces} pieces, poster and length are there"


def _describe(teacher: Browser) -> str:
    """By the form; the outcomes come with subject and grade. Returns the work's address."""
    page = teacher.get("/works/new").ok().follow("/works/new/lecture")
    subject = _option(page, "subject", SUBJECT)
    page = page.form("title").submit(**LECTURE, subject=subject, refresh="1").ok()
    outcomes = page.form("title").element.xpath(".//input[@name='outcomes']/@value")
    page = page.form("title").submit(**LECTURE, subject=subject, outcomes=outcomes[:1] or None).ok()
    expect(page.url.endswith("/files"), f"after the description comes {page.url}")
    return page.url.removesuffix("/files")


def _option(page: Page, name: str, label: str) -> str:
    for option in page.tree.xpath(f"//select[@name='{name}']/option"):
        if option.text_content().strip() == label:
            return str(option.get("value"))
    raise AssertionError(f"{name} offers no {label}")


def _be_refused_for_a_program(site: Site, teacher: Browser, work: str) -> None:
    """A renamed program, sent by the plain form: it fails with a reason and can be run again."""
    form = teacher.get(f"{work}/files").ok().form("file")
    form.submit(files={"file": ("bai-giang.mp4", b"MZ\x90\x00" * 500, "video/mp4")}, file=None, upload=None).ok()

    def failed() -> Page | None:
        page = teacher.get(f"{work}/files").ok()
        return page if "không phải là video" in page.words else None

    page = site.wait(failed, PATIENCE, "the reason why a program is no video")
    expect(page.form("/retry"), "the failed video cannot be run again")


def _upload(teacher: Browser, work: str) -> None:
    """In pieces, as the page's script does; then the form carries the upload's id."""
    content = make_clip("854x480", seconds=SECONDS, rate=25).read_bytes()
    told = {"filename": "bài giảng.mp4", "owner_kind": "work", "owner_id": work.rsplit("/", 1)[-1]}
    metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in told.items())
    headers = {"Tus-Resumable": "1.0.0", "X-CSRFToken": teacher.csrf_token(), "Referer": teacher.base}
    made = teacher.session.post(urljoin(teacher.base, "/uploads"), timeout=60, headers=headers | {
        "Upload-Length": str(len(content)), "Upload-Metadata": metadata})
    expect(made.status_code == 201, f"an upload was answered {made.status_code}")
    place = urljoin(teacher.base, made.headers["Location"])
    offset = teacher.session.head(place, headers=headers, timeout=60).headers["Upload-Offset"]
    sent = teacher.session.patch(place, data=content, timeout=60, headers=headers | {
        "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream"})
    expect(sent.status_code == 204, f"the piece was answered {sent.status_code}")
    page = teacher.get(f"{work}/files").ok()
    page = page.form("upload").submit(file=None, upload=place.rsplit("/", 1)[-1]).ok()
    expect("bài giảng.mp4" in page.words, "the file is not on the page")


def _hand_in(teacher: Browser, work: str) -> None:
    form = teacher.get(f"{work}/finish").ok().form("steps")
    form.submit(**form.button("step", "submit")).ok()


def _publish(librarian: Browser, work: str) -> None:
    place = f"/curation/{work.rsplit('/', 1)[-1]}"
    page = librarian.get(place).ok().form("claim").submit().ok()
    page.form("publish").submit().ok()


def _ready(visitor: Browser, work: str) -> Page | None:
    """The published page once it has a player; before, it tells how far the video is."""
    page = visitor.get(work).ok()
    if page.tree.xpath("//*[@data-behaviour='player']"):
        return page
    expect(page.tree.xpath("//*[@data-behaviour='media-progress']//progress"), "the page tells no progress")
    return None


def _play(visitor: Browser, page: Page) -> tuple[int, int]:
    """Fetch what a player fetches, without a session: playlists, every piece, the poster."""
    master = urljoin(page.url, page.tree.xpath("//*[@data-behaviour='player']/@data-source")[0])
    text = visitor.get(master).ok().text
    rungs = text.count("#EXT-X-STREAM-INF")
    expect(rungs >= 2, f"the ladder has {rungs} rungs")
    pieces = 0
    for address in [*re.findall(r"^[^#\s]+$", text, re.M), *re.findall(r'URI="([^"]+)"', text)]:
        pieces += _fetch_pieces(visitor, urljoin(master, address))
    poster = visitor.get(urljoin(page.url, page.tree.xpath("//video/@poster")[0])).ok()
    expect(poster.response.content[:3] == b"\xff\xd8\xff", "the poster is no JPEG")
    return rungs, pieces


def _fetch_pieces(visitor: Browser, address: str) -> int:
    text = visitor.get(address).ok().text
    expect("#EXT-X-ENDLIST" in text, "a playlist does not end")
    length = sum(float(seconds) for seconds in re.findall(r"#EXTINF:([\d.]+)", text))
    expect(abs(length - SECONDS) < 1, f"a rung is {length} s long")
    init = re.findall(r'#EXT-X-MAP:URI="([^"]+)"', text)[0]
    expect(visitor.get(urljoin(address, init)).ok().response.content[4:8] == b"ftyp", "an init piece is no MP4")
    pieces = re.findall(r"^[^#\s]+$", text, re.M)
    for piece in pieces:
        expect(b"moof" in visitor.get(urljoin(address, piece)).ok().response.content[:1000], "a piece is no MP4")
    return len(pieces)
