"""A line to a service that a test can cut, stall and mend without touching the service."""

import socket
import struct
import threading
from contextlib import suppress

BLOCK = 65_536
AT_ONCE = struct.pack("ii", 1, 0)
"""Linger: closing resets the connection, as a machine that goes down does."""


class Line:
    """Forwards a loopback port of its own to `host:port`. One thread accepts, two carry each connection."""

    def __init__(self, host: str, port: int) -> None:
        self.far_end = (host, port)
        self.port = 0
        self._flows = threading.Event()
        self._flows.set()
        self._is_deaf = False
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.mend()

    @property
    def is_whole(self) -> bool:
        """Whether connections are taken and carried."""
        return self._listener is not None and self._flows.is_set()

    def cut(self) -> None:
        """Reset every connection and refuse new ones."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self._reset()

    def stall(self) -> None:
        """Take connections but carry nothing, as a service does that hangs."""
        self._flows.clear()

    def deafen(self) -> None:
        """Carry what is asked and lose every answer: the asker cannot know what became of it."""
        self._is_deaf = True

    def mend(self) -> None:
        """Carry again. What was stalled is reset: nobody comes back from a hang in the middle of a word."""
        if self._is_deaf or not self._flows.is_set():
            self._reset()
            self._is_deaf = False
            self._flows.set()
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
            self.port = self._listener.getsockname()[1]
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _reset(self) -> None:
        for end in list(self._open):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self.far_end, timeout=5)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        self._open |= {near, far}
        back = threading.Thread(target=self._carry, args=(far, near, True), daemon=True)
        back.start()
        self._carry(near, far)
        back.join()
        for end in (near, far):
            self._open.discard(end)
            end.close()

    def _carry(self, source: socket.socket, target: socket.socket, is_answer: bool = False) -> None:
        """Until one of the ends has said its last word."""
        with suppress(OSError):
            while block := source.recv(BLOCK):
                self._flows.wait()
                if is_answer and self._is_deaf:
                    continue
                target.sendall(block)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
