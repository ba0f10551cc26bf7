"""Load from processes of their own: raw sockets, keep-alive, as little work a request as can be.

A *source* gives the next request of a connection and hears each answer; the loop measures. Closed loop: a connection
sends as soon as it has heard. Open loop (`rate`): requests are due at fixed times whatever the server does, and a
latency counts from the moment that the request was due, so that waiting for a free connection is not hidden.
"""

import json
import multiprocessing
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

GIVE_UP_SECONDS = 60


class Source(Protocol):
    """What one connection sends."""

    def next_request(self) -> bytes:
        """The whole next request, head and body; empty when there is no more to send."""

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


def request_bytes(path: str, body: bytes, headers: Sequence[tuple[str, str]] = (),
                  content_type: str = "application/json", host: str = "127.0.0.1") -> bytes:
    """A POST on a connection that stays open."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", f"Content-Type: {content_type}",
             f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode() + body


class _Connection:
    def __init__(self, port: int, source: Source) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.source, self.buffer, self.due, self.busy = source, b"", 0.0, False

    def send(self, due: float = 0.0) -> bool:
        """Send the next request, which was due at `due` (default: now); False if there is none."""
        request = self.source.next_request()
        self.buffer, self.due, self.busy = b"", due or time.perf_counter(), bool(request)
        if request:
            self.socket.sendall(request)
        return self.busy

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
        if len(body) < length:
            return None
        self.busy = False
        return int(head[9:12]), body


class _Loop:
    """Keeps the connections of one process busy, and measures from `begin` on."""

    def __init__(self, port: int, sources: Sequence[Source], begin: float, rate: float) -> None:
        self.connections = [_Connection(port, source) for source in sources]
        self.begin, self.rate = begin, rate
        self.outcome = Outcome()
        self.idle = deque(self.connections)
        self.next_due = time.perf_counter()
        self.selector = selectors.DefaultSelector()
        for each in self.connections:
            self.selector.register(each.socket, selectors.EVENT_READ, each)

    def run(self, end: float) -> None:
        """Until `end`, or until the sources have no more to send."""
        while (moment := time.perf_counter()) < end:
            self._send(moment)
            if not any(each.busy for each in self.connections):
                if not self.idle:
                    break
                time.sleep(max(0.0, min(self.next_due, end) - time.perf_counter()))
                continue
            patience = max(0.0, self.next_due - moment) if self.rate and self.idle else 1.0
            for key, _mask in self.selector.select(timeout=patience):
                self._hear(key.data)

    def _send(self, moment: float) -> None:
        """To idle connections what is due; one whose source is empty is not used again."""
        while self.idle and (not self.rate or self.next_due <= moment):
            if self.idle.popleft().send(self.next_due if self.rate else 0.0) and self.rate:
                self.next_due += 1 / self.rate

    def _hear(self, connection: _Connection) -> None:
        answer = connection.receive()
        if answer is None:
            return
        moment = time.perf_counter()
        if moment >= self.begin:
            self.outcome.requests += 1
            self.outcome.latencies.append(moment - connection.due)
            self.outcome.errors += answer[0] >= 400
            name = f"status_{answer[0]}"
            self.outcome.totals[name] = self.outcome.totals.get(name, 0) + 1
        connection.source.hear(*answer)
        self.idle.append(connection)

    def finish(self) -> None:
        """Hear the answers that are still on their way, so that the ledger is whole."""
        for connection in self.connections:
            connection.socket.settimeout(10)
            answer = None
            while connection.busy and answer is None:
                answer = connection.receive()
            if answer is not None:
                connection.source.hear(*answer)
            connection.socket.close()


def run_loop(port: int, sources: Sequence[Source], warm_up: float, seconds: float, rate: float = 0.0) -> Outcome:
    """Measure `seconds` after `warm_up`; with `rate`, so many requests a second are due."""
    start = time.perf_counter()
    loop = _Loop(port, sources, start + warm_up, rate)
    cpu = time.process_time()
    loop.run(start + warm_up + seconds)
    spent = time.perf_counter() - start
    loop.outcome.seconds = max(spent - warm_up, 1e-9)
    loop.outcome.cpu_seconds = (time.process_time() - cpu) * loop.outcome.seconds / spent
    loop.finish()
    return loop.outcome


def run_processes(port: int, make_sources: Callable[[int], Sequence[Source]], *, processes: int,
                  warm_up: float, seconds: float, rate: float = 0.0,
                  between: Callable[[], Any] | None = None) -> Outcome:
    """The loop in several processes at once; `between` is called when the measured time begins."""
    context = multiprocessing.get_context("fork")
    results: Any = context.Queue()
    workers = [context.Process(target=_run_one, args=(results, port, make_sources, number, warm_up, seconds,
                                                      rate / processes)) for number in range(processes)]
    for worker in workers:
        worker.start()
    time.sleep(warm_up)
    if between:
        between()
    outcomes = [Outcome(**json.loads(results.get(timeout=warm_up + seconds + GIVE_UP_SECONDS))) for _ in workers]
    for worker in workers:
        worker.join()
    return together(outcomes, seconds=max(one.seconds for one in outcomes))


def _run_one(results: Any, port: int, make_sources: Callable[[int], Sequence[Source]], number: int,
             warm_up: float, seconds: float, rate: float) -> None:
    sources = make_sources(number)
    outcome = run_loop(port, sources, warm_up, seconds, rate)
    for source in sources:
        for name, value in getattr(source, "totals", {}).items():
            outcome.totals[name] = outcome.totals.get(name, 0) + value
    results.put(json.dumps(vars(outcome)))


def together(outcomes: Sequence[Outcome], *, seconds: float) -> Outcome:
    """What several loops saw within `seconds`, as one."""
    whole = Outcome(seconds=seconds)
    for one in outcomes:
        whole.requests += one.requests
        whole.errors += one.errors
        whole.latencies += one.latencies
        whole.cpu_seconds += one.cpu_seconds
        for name, value in one.totals.items():
            whole.totals[name] = whole.totals.get(name, 0) + value
    return whole
