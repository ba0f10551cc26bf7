"""The machine's own limits: an empty route on each server, and durable inserts in groups with nothing around them."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from bench.load import request_bytes, run_processes
from deploy.run import ROOT, free_port

CONNECTIONS = 32
LOAD_PROCESSES = 2
PAYLOAD = json.dumps({"item": "0" * 36, "response": "o1", "ms": 12345})
THREADS = os.environ.get("LMS_WEB_THREADS", "32")
SERVERS = {
    "granian": ["granian", "--interface", "wsgi", "--factory", "bench.empty:create_app", "--host", "127.0.0.1",
                "--workers", "1", "--no-ws", "--log-level", "warning", "--blocking-threads", THREADS, "--port"],
    "gunicorn": ["gunicorn", "bench.empty:create_app()", "--worker-class", "gthread", "--threads", THREADS,
                 "--keep-alive", "60", "--log-level", "warning", "--bind"],
}


class Idle:
    """One connection to the empty route; the body is as long as a save's."""

    request = request_bytes("/", json.dumps({"padding": "x" * 250}).encode())

    def next_request(self) -> bytes:
        """Always the same."""
        return self.request

    def hear(self, status: int, body: bytes) -> None:
        """Nothing to learn."""


def measure_empty_routes(seconds: float) -> dict[str, float]:
    """Requests a second of an empty Flask route, by server, for the servers that are installed."""
    return {name: round(rate, 1) for name in SERVERS if (rate := measure_empty(name, seconds))}


def measure_empty(server: str, seconds: float) -> float:
    """Requests a second of the empty route on one server with one process; 0 if it is not installed."""
    if subprocess.run([sys.executable, "-c", f"import {server}"], capture_output=True).returncode:
        return 0.0
    port = free_port()
    last = str(port) if server == "granian" else f"127.0.0.1:{port}"
    running = subprocess.Popen([sys.executable, "-m", *SERVERS[server], last], cwd=ROOT,
                               env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        wait_for(port)
        return run_processes(port, lambda _number: [Idle() for _ in range(CONNECTIONS // LOAD_PROCESSES)],
                             processes=LOAD_PROCESSES, warm_up=1, seconds=seconds).per_second
    finally:
        running.terminate()
        running.wait()


def wait_for(port: int) -> None:
    """Until somebody listens at `port`."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"nothing answers at port {port}")


def measure_group_commit(url: str, folder: Path, seconds: float) -> float:
    """Rows a second that one connection makes durable in groups of as many rows as the bench has connections."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_rows(folder / "limit.sqlite", seconds)
    return _postgres_rows(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False), seconds)


def _sqlite_rows(path: Path, seconds: float) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE bench_row (id INTEGER PRIMARY KEY, payload TEXT)")

    def group() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO bench_row (payload) VALUES (?)", [(PAYLOAD,)] * CONNECTIONS)
        connection.execute("COMMIT")

    try:
        return _rows_a_second(group, seconds)
    finally:
        connection.close()


def _postgres_rows(url: str, seconds: float) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = on")
        connection.execute("CREATE TABLE bench_row (id bigserial PRIMARY KEY, payload text)")
        try:
            return _rows_a_second(lambda: connection.execute(
                "INSERT INTO bench_row (payload) SELECT unnest(%s::text[])", [[PAYLOAD] * CONNECTIONS], prepare=True),
                seconds)
        finally:
            connection.execute("DROP TABLE bench_row")


def _rows_a_second(group: Callable[[], object], seconds: float) -> float:
    started, groups = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        group()
        groups += 1
    return groups * CONNECTIONS / (time.perf_counter() - started)
