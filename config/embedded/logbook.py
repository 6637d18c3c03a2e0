"""One readable log of several processes: each line with its time and who wrote it, on the terminal and in a file.

Everything happens in the caller's thread: `pump` waits for output, for a signal, or for its time to run out. Starting
processes from a program without threads keeps the rule that Linux ties a child's life to the *thread* that started it.
"""

import contextlib
import os
import selectors
import signal
import sys
import time
from collections import deque
from pathlib import Path
from typing import IO

KEPT_LINES = 12
LARGEST_FILE = 10 * 2**20  # bytes; checked at the start
CHUNK = 65_536


class Logbook:
    """Open it once; give each process `pipe(name)` as its output; call `pump` whenever there is nothing else to do."""

    def __init__(self, file: Path | None, *, terminal: IO[str] | None = None) -> None:
        self.file = file
        self._out = self._open(file) if file else None
        self._terminal: IO[str] | None = terminal or sys.stdout
        self._colors = (terminal or sys.stdout).isatty() and "NO_COLOR" not in os.environ
        self._selector = selectors.DefaultSelector()
        self._unfinished: dict[str, bytes] = {}
        self._last: dict[str, deque[str]] = {}
        self._without: dict[str, str] = {}
        self._wake_reader, self._wake_writer = os.pipe()
        for end in (self._wake_reader, self._wake_writer):
            os.set_blocking(end, False)
        self._selector.register(self._wake_reader, selectors.EVENT_READ, None)
        self.disk_full = False

    def wake_on_signals(self) -> None:
        """Let a signal end a `pump` that waits."""
        signal.set_wakeup_fd(self._wake_writer, warn_on_full_buffer=False)

    def pipe(self, name: str, *, without: str = "") -> IO[bytes]:
        """The writing end for one process; close it once the process has it. Lines that hold `without` are dropped."""
        reader, writer = os.pipe()
        self._without[name] = without
        os.set_blocking(reader, False)
        self._selector.register(reader, selectors.EVENT_READ, name)
        return os.fdopen(writer, "wb", buffering=0)

    def pump(self, seconds: float) -> None:
        """Write down what arrives for so long; less when a signal comes or a process closes its output."""
        limit = time.monotonic() + seconds
        while not self._pump_once(limit - time.monotonic()) and time.monotonic() < limit:
            pass

    def drain(self) -> None:
        """Write down what has arrived, without waiting."""
        while self._selector.select(0):
            self._pump_once(0)

    def _pump_once(self, seconds: float) -> bool:
        """True when something other than a line happened."""
        woken = False
        for key, _ in self._selector.select(max(0.0, seconds)):
            data = os.read(key.fd, CHUNK)
            if key.data is None:
                woken = True
            elif data:
                self._take(key.data, data)
            else:
                woken = True
                self._selector.unregister(key.fd)
                os.close(key.fd)
                self._take(key.data, b"\n")
        return woken

    def last_lines(self, name: str) -> list[str]:
        return list(self._last.get(name, ()))

    def say(self, text: str, *, in_file: bool = True) -> None:
        """A line of our own: plain on the terminal, like the others in the file. Passwords are not for the file."""
        if in_file:
            self._to_file(f"{_now()} {'parley':<9} {text}\n")
        self._to_terminal(text + "\n")

    def close(self) -> None:
        with contextlib.suppress(ValueError):
            signal.set_wakeup_fd(-1)  # refused outside the main thread, where it was never set
        for key in list(self._selector.get_map().values()):
            os.close(key.fd)
        self._selector.close()
        os.close(self._wake_writer)
        if self._out:
            self._out.close()

    def _take(self, name: str, data: bytes) -> None:
        *lines, self._unfinished[name] = (self._unfinished.get(name, b"") + data).split(b"\n")
        for raw in lines:
            line = raw.decode(errors="replace").rstrip()
            if not line or (self._without[name] and self._without[name] in line):
                continue
            self._last.setdefault(name, deque(maxlen=KEPT_LINES)).append(line)
            self.disk_full = self.disk_full or "No space left on device" in line
            stamp = _now()
            self._to_file(f"{stamp} {name:<9} {line}\n")
            shown = f"\033[2m{stamp[11:19]} {name:<9}\033[0m" if self._colors else f"{stamp[11:19]} {name:<9}"
            self._to_terminal(f"{shown} {line}\n")

    def _to_file(self, line: str) -> None:
        if self._out is None:
            return
        try:
            self._out.write(line)
            self._out.flush()
        except OSError:
            self.disk_full = True  # the terminal still shows everything

    def _to_terminal(self, text: str) -> None:
        if self._terminal is None:
            return
        try:
            self._terminal.write(text)
            self._terminal.flush()
        except (OSError, ValueError):
            self._terminal = None  # it was closed; the file goes on

    @staticmethod
    def _open(file: Path) -> IO[str]:
        if file.exists() and file.stat().st_size > LARGEST_FILE:
            file.replace(file.with_name(file.name + ".1"))
        return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", errors="replace")


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime())
