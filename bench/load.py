"""Closed-loop load from a process of its own: raw sockets, keep-alive, as little work a request as can be.

A *source* gives the next request of a connection and hears each answer; the loop measures.
"""

import json
import multiprocessing
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


class Source(Protocol):
    """What one connection sends."""

    def next_request(self) -> bytes:
        """The whole next request, head and body."""

    def hear(self, status: int, body: bytes) -> None:
        """The answer to the last one."""


@dataclass
class Outcome:
    """What one or several load processes saw within the measured time."""

    requests: int = 0
    errors: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0
    totals: dict[str, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds within which `share` of the requests were answered."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def request_bytes(path: str, body: bytes, headers: Sequence[tuple[str, str]] = ()) -> bytes:
    """A POST of JSON on a connection that stays open."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json",
             f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode() + body


class _Connection:
    def __init__(self, port: int, source: Source) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.source, self.buffer, self.sent_at = source, b"", 0.0

    def send(self) -> None:
        self.buffer, self.sent_at = b"", time.perf_counter()
        self.socket.sendall(self.source.next_request())

    def receive(self) -> tuple[int, bytes] | None:
        """Status and body once the answer is whole."""
        data = self.socket.recv(65_536)
        if not data:
            raise ConnectionError("the server closed a connection")
        self.buffer += data
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return None
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        return (int(head[9:12]), body) if len(body) >= length else None


def run_loop(port: int, sources: Sequence[Source], warm_up: float, seconds: float) -> Outcome:
    """Keep every connection busy; measure `seconds` after `warm_up`."""
    selector = selectors.DefaultSelector()
    for source in sources:
        connection = _Connection(port, source)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send()
    outcome = Outcome()
    begin = time.perf_counter() + warm_up
    end, cpu = begin + seconds, time.process_time()
    while (moment := time.perf_counter()) < end:
        for key, _mask in selector.select(timeout=1):
            _serve(key.data, outcome, moment >= begin)
    outcome.seconds = seconds
    outcome.cpu_seconds = (time.process_time() - cpu) * seconds / (warm_up + seconds)
    _finish(selector)
    return outcome


def _serve(connection: _Connection, outcome: Outcome, measured: bool) -> None:
    answer = connection.receive()
    if answer is None:
        return
    if measured:
        outcome.requests += 1
        outcome.latencies.append(time.perf_counter() - connection.sent_at)
        outcome.errors += answer[0] != 200
    connection.source.hear(*answer)
    connection.send()


def _finish(selector: selectors.BaseSelector) -> None:
    """Hear the answers that are still on their way, so that the ledger is whole."""
    for key in list(selector.get_map().values()):
        connection = key.data
        connection.socket.settimeout(10)
        answer = None
        while answer is None:
            answer = connection.receive()
        connection.source.hear(*answer)
        connection.socket.close()


def run_processes(port: int, make_sources: Callable[[int], Sequence[Source]], *, processes: int,
                  warm_up: float, seconds: float, between: Callable[[], Any] | None = None) -> Outcome:
    """The loop in several processes at once; `between` is called when the measured time begins."""
    context = multiprocessing.get_context("fork")
    results: Any = context.Queue()
    workers = [context.Process(target=_run_one, args=(results, port, make_sources, number, warm_up, seconds))
               for number in range(processes)]
    for worker in workers:
        worker.start()
    time.sleep(warm_up)
    if between:
        between()
    outcomes = [Outcome(**json.loads(results.get(timeout=warm_up + seconds + 60))) for _ in workers]
    for worker in workers:
        worker.join()
    return _together(outcomes)


def _run_one(results: Any, port: int, make_sources: Callable[[int], Sequence[Source]], number: int,
             warm_up: float, seconds: float) -> None:
    sources = make_sources(number)
    outcome = run_loop(port, sources, warm_up, seconds)
    for source in sources:
        for name, value in getattr(source, "totals", {}).items():
            outcome.totals[name] = outcome.totals.get(name, 0) + value
    results.put(json.dumps(vars(outcome)))


def _together(outcomes: Sequence[Outcome]) -> Outcome:
    whole = Outcome(seconds=outcomes[0].seconds)
    for one in outcomes:
        whole.requests += one.requests
        whole.errors += one.errors
        whole.latencies += one.latencies
        whole.cpu_seconds += one.cpu_seconds
        for name, value in one.totals.items():
            whole.totals[name] = whole.totals.get(name, 0) + value
    return whole
