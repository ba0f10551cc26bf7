"""What the server's processes use: CPU time and memory, and the event log's own counters."""

from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit
from urllib.request import urlopen

import psutil

from deploy.run import Platform

COUNTERS = ("appends", "statements", "commits")


class Meter:
    """CPU seconds of the server's processes and the log's counters, since it was started."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.web = family(platform.processes["web"].pid)
        self.address = platform.environment["LMS_EVENTS_URL"] if platform.environment["LMS_SIZE"] == "full" else ""

    def start(self) -> None:
        """Begin to count."""
        self.first = self._read()

    def read(self) -> dict[str, float]:
        """What was used since."""
        now = self._read()
        return {name: now[name] - self.first[name] for name in now}

    def resident_mib(self) -> float:
        """Memory of the web's processes now."""
        return sum(each.memory_info().rss for each in self.web if each.is_running()) / 2**20

    def _read(self) -> dict[str, float]:
        database = postgres_processes(self.address) if self.address else []
        return {"web_cpu": cpu_seconds(self.web), "database_cpu": cpu_seconds(database), **self._counters()}

    def _counters(self) -> dict[str, float]:
        with urlopen(f"{self.platform.base}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        values = dict(line.rsplit(" ", 1) for line in lines if line.startswith("lms_exam_event_"))
        return {name: float(values.get(f"lms_exam_event_{name}_total", 0)) for name in COUNTERS}


def family(pid: int) -> list[psutil.Process]:
    """A process and all below it."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def postgres_processes(url: str) -> list[psutil.Process]:
    """The PostgreSQL server that listens at this address, and all its processes."""
    port = urlsplit(url).port or 5432
    listening = [each.pid for each in psutil.net_connections("tcp")
                 if each.pid and each.status == psutil.CONN_LISTEN and each.laddr.port == port]
    return family(listening[0]) if listening else []


def cpu_seconds(processes: Sequence[psutil.Process]) -> float:
    """What these processes have used so far."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total
