"""What processes have used, from /proc: their own processor time and that of everything they started."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(*roots: int) -> float:
    """Processor time of the processes and all below them, those that ended included, in seconds."""
    return sum(_ticks(pid, ended=True) for pid in tree(*roots)) / TICKS


def scheduled(*pids: int) -> tuple[float, float]:
    """Seconds for which these processes, without their children, had a processor, and for which they waited for one."""
    found = [task.read_text().split() for pid in pids for task in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(one[0]) for one in found) / 1e9, sum(int(one[1]) for one in found) / 1e9


def megabytes(*roots: int) -> float:
    """Memory of the processes and all below them; pages that several share count once (PSS)."""
    return sum(_pss(pid) for pid in tree(*roots)) / 1024


def tree(*roots: int) -> set[int]:
    """The processes and all below them."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _fields(int(entry))):
            children.setdefault(int(fields[1]), []).append(int(entry))
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        waiting += children.get(pid, [])
    return found


def _fields(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _ticks(pid: int, *, ended: bool) -> int:
    fields = _fields(pid)
    return sum(int(fields[number]) for number in ((11, 12, 13, 14) if ended else (11, 12))) if fields else 0


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return int(next((line.split()[1] for line in lines if line.startswith("Pss:")), "0"))
