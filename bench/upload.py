"""Memory of the web process while a large file arrives, in pieces (tus) and by a plain form.

`bin/bench upload [--quick] [--size-mb N]`. The body is made as it is sent. The last line is one line of JSON:
`size_mb`, `peak_mb` (the highest resident memory of the web's processes together in either way), and the same
with seconds for each way. Goal: a 2 GB file in under 300 MB.
"""

import argparse
import base64
import json
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

import psutil

from deploy.run import Platform, free_port
from tests.walk.site import Browser, expect

MIB = 1024 * 1024
CHUNK = 8 * MIB
BLOCK = bytes(MIB)
HEAD = b"\x00\x00\x00\x20ftypisom" + bytes(20)
BOUNDARY = "----bench-upload-boundary"


class Meter:
    """Samples the resident memory of a process and all below it, in MB."""

    def __init__(self, pid: int) -> None:
        self.root = psutil.Process(pid)
        self.peak = 0.0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "Meter":
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.ended.set()
        self.thread.join()

    def _sample(self) -> None:
        while not self.ended.wait(0.1):
            self.peak = max(self.peak, self.now())

    def now(self) -> float:
        """Resident memory now."""
        total = 0
        for process in [self.root, *self.root.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                total += process.memory_info().rss
        return total / 1e6


def body_of(size: int) -> Iterator[bytes]:
    """`size` bytes that begin like an MP4, a block at a time."""
    yield HEAD[:size]
    left = size - len(HEAD)
    while left > 0:
        yield BLOCK[:left]
        left -= min(left, MIB)


def connect(browser: Browser) -> tuple[HTTPConnection, dict[str, str]]:
    """A connection with this person's cookies, and the headers of every request."""
    address = urlsplit(browser.base)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.session.cookies)
    headers = {"Cookie": cookies, "X-CSRFToken": browser.csrf_token(), "Referer": browser.base,
               "Tus-Resumable": "1.0.0"}
    return HTTPConnection(str(address.hostname), address.port, timeout=600), headers


def make_draft(browser: Browser) -> str:
    """A lecture to which a file can be added; its id."""
    made = browser.api("POST", "/api/v1/works", {"kind": "lecture", "description": {"title": "Bench"}})
    expect(made.status_code == 201, f"POST /api/v1/works answered {made.status_code}: {made.text[:300]}")
    return str(made.json()["id"])


def send_in_pieces(browser: Browser, work_id: str, size: int) -> None:
    """As tus-js-client does: pieces of 8 MiB."""
    connection, headers = connect(browser)
    told = {"filename": "bench.mp4", "owner_kind": "work", "owner_id": work_id}
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in told.items())
    connection.request("POST", "/uploads", headers=headers | {"Upload-Length": str(size),
                                                              "Upload-Metadata": metadata})
    answer = connection.getresponse()
    answer.read()
    expect(answer.status == 201, f"POST /uploads answered {answer.status}")
    location = str(answer.headers["Location"])
    blocks, offset = body_of(size), 0
    piece = bytearray()
    for block in blocks:
        piece += block
        while len(piece) >= CHUNK or (piece and offset + len(piece) == size):
            offset = send_piece(connection, headers, location, offset, bytes(piece[:CHUNK]))
            del piece[:CHUNK]


def send_piece(connection: HTTPConnection, headers: dict[str, str], location: str, offset: int,
               piece: bytes) -> int:
    """One PATCH; the new offset."""
    connection.request("PATCH", location, body=piece, headers=headers | {
        "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"})
    answer = connection.getresponse()
    answer.read()
    expect(answer.status == 204, f"PATCH at {offset} answered {answer.status}")
    return int(answer.headers["Upload-Offset"])


def send_by_form(browser: Browser, work_id: str, size: int) -> None:
    """As a browser without script does: one multipart form."""
    connection, headers = connect(browser)
    fields = {"csrf_token": browser.csrf_token(), "access": "open"}
    head = "".join(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                   for name, value in fields.items())
    head += (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="bench.mp4"\r\n'
             "Content-Type: video/mp4\r\n\r\n")
    tail = f"\r\n--{BOUNDARY}--\r\n"
    connection.putrequest("POST", f"/works/{work_id}/files")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    connection.putheader("Content-Length", str(len(head) + size + len(tail)))
    connection.endheaders(head.encode())
    for block in body_of(size):
        connection.send(block)
    connection.send(tail.encode())
    answer = connection.getresponse()
    answer.read()
    expect(answer.status == 302, f"POST /works/.../files answered {answer.status}")


WAYS = {"pieces": send_in_pieces, "form": send_by_form}


def measure(platform: Platform, size: int) -> dict[str, Any]:
    """Both ways, one after the other."""
    teacher = Browser(platform.base, "teacher").sign_in("demo-teacher")
    result: dict[str, Any] = {"bench": "upload", "size_mb": round(size / 1e6)}
    for name, send in WAYS.items():
        work_id = make_draft(teacher)
        with Meter(platform.processes["web"].pid) as meter:
            sleep(0.5)
            before, begun = meter.now(), monotonic()
            send(teacher, work_id, size)
            seconds = monotonic() - begun
        result[name] = {"peak_mb": round(meter.peak), "before_mb": round(before), "seconds": round(seconds, 1),
                        "mb_per_s": round(size / 1e6 / seconds)}
        print(f"{name}: {result[name]}", flush=True)
    result["peak_mb"] = max(result[name]["peak_mb"] for name in WAYS)
    return result


def main() -> None:
    """Start a platform of its own, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="200 MB instead of 2 GB")
    parser.add_argument("--size-mb", type=int, help="size of the file, MB")
    parser.add_argument("--size", choices=("embedded", "full"), default="embedded")
    given = parser.parse_args()
    size = (given.size_mb or (200 if given.quick else 2048)) * 1_000_000
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder:
        platform = Platform(given.size, free_port(), Path(folder) / "data", own_names="lms_bench_upload",
                            log_file=Path(folder) / "platform.log")
        try:
            platform.prepare(demo=True)
            platform.start()
            print(json.dumps(measure(platform, size)))
        finally:
            platform.stop()
            if given.size == "full":
                platform.command("forget-everything", "--yes")


if __name__ == "__main__":
    main()
