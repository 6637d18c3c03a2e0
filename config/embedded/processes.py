"""Start, watch and stop one child process that cannot outlive us, also when we are killed with signal 9."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.embedded.launch import PR_SET_PDEATHSIG

LAUNCHER = Path(__file__).with_name("launch.py")
KERNEL_TELLS = sys.platform == "linux"


class CannotStart(Exception):
    """Why the system does not start, as one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Account:
    """The operating system's account that a server runs as."""

    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """PostgreSQL refuses to run as root: the account it gets instead, or None when we are no root ourselves."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


class Child:
    """One running program.

    `output` takes what it writes, `errors` its standard error if that shall go elsewhere; `end` is the signal that asks
    it to stop, `orphaned` (else the same) the one that it gets when we are gone. It has a session of its own, so that
    Ctrl-C in the terminal reaches only us and we stop things in order.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str],
        output: IO[bytes] | int,
        errors: IO[bytes] | int | None = None,
        end: signal.Signals = signal.SIGTERM,
        orphaned: signal.Signals | None = None,
        account: Account | None = None,
        folder: Path = Path("/"),
    ) -> None:
        self.name, self.end = name, end
        reader, self._writer = (-1, -1) if KERNEL_TELLS else os.pipe()
        uid, gid = (account.uid, account.gid) if account else (-1, -1)
        identity = [str(number) for number in (int(orphaned or end), os.getpid(), uid, gid, reader)]
        self.process = subprocess.Popen(  # noqa: S603 - fixed programs, no shell
            [sys.executable, "-I", "-S", str(LAUNCHER), *identity, *(str(part) for part in command)],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output if errors is None else errors,
            cwd=folder,
            pass_fds=() if reader < 0 else (reader,),
            start_new_session=True,
        )
        if reader >= 0:
            os.close(reader)

    @property
    def pid(self) -> int:
        return self.process.pid

    def exit_code(self) -> int | None:
        """None while it runs; negative for the number of the signal that ended it."""
        return self.process.poll()

    def ask_to_stop(self) -> None:
        if self.exit_code() is None:
            self.process.send_signal(self.end)

    def wait_until_stopped(self, seconds: float, *, last_resort: signal.Signals = signal.SIGKILL) -> bool:
        """Wait, then send the last resort; True when it stopped by itself in time."""
        try:
            self.process.wait(seconds)
            in_time = True
        except subprocess.TimeoutExpired:
            in_time = False
            self.process.send_signal(last_resort)
            self.process.wait(10)
        if self._writer >= 0:
            with contextlib.suppress(BrokenPipeError):  # it ended before its watcher began
                os.write(self._writer, b"x")
            os.close(self._writer)
            self._writer = -1
        return in_time

    def end_group(self) -> None:
        """End what it started itself and left behind; call it when it has stopped."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def stop(self, seconds: float = 10) -> bool:
        self.ask_to_stop()
        return self.wait_until_stopped(seconds)


def plain_environment() -> dict[str, str]:
    """What a server gets of our environment: nothing that is secret and nothing that changes its language or time."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def running_program(pid: int) -> str | None:
    """The name of the program that a process runs, or None when there is no such process (or only its exit code)."""
    if KERNEL_TELLS:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return None
        name, _, rest = stat.partition("(")[2].rpartition(")")
        return None if rest.split()[0] in {"Z", "X"} else name
    answer = subprocess.run(["/bin/ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603
    return answer.stdout.strip() or None


def end_with_parent() -> None:
    """Get TERM when the program that started us is gone: `make` sets PARLEY_END_WITH_PARENT, since it may be killed."""
    if KERNEL_TELLS and os.environ.get("PARLEY_END_WITH_PARENT"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
