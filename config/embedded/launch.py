"""Become another program that cannot outlive the process that asked for it.

Run by path with an isolated interpreter (`python -I -S launch.py ...`), so it imports nothing of ours. It is a program
of its own because the same steps in a `preexec_fn` are unsafe in a process with threads. Arguments:

    SIGNAL PARENT UID GID WATCH PROGRAM [ARGUMENT ...]

SIGNAL is sent to the program when the process PARENT is gone. UID and GID are the account to become, or -1 to stay.
WATCH is -1 on Linux, where the kernel sends the signal; elsewhere it is the reading end of a pipe that PARENT holds
open, and a small watcher process waits for its end.
"""

import contextlib
import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h; kept over exec, cleared by a change of account, so it comes last


def main() -> None:
    signal, parent, uid, gid, watch = (int(argument) for argument in sys.argv[1:6])
    program = sys.argv[6:]
    if watch >= 0:
        start_watcher(watch, os.getpid(), signal)
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if watch < 0:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal)
        if os.getppid() != parent:
            sys.exit("the process that asked for this one is gone already")
    os.execv(program[0], program)  # noqa: S606 - there is no shell here on purpose


def start_watcher(pipe: int, program: int, signal: int) -> None:
    """A process in the background that reads the pipe: a byte means a proper end, an end without one means a crash."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        os.close(pipe)
        return
    if os.fork():
        os._exit(0)
    os.setsid()
    if not os.read(pipe, 1):
        with contextlib.suppress(ProcessLookupError):
            os.kill(program, signal)
    os._exit(0)


if __name__ == "__main__":
    main()
