"""Commands that read a file of JSON lines, started as an operator starts them: a process of its own, no environment."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def manage(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """`manage.py NAME IN OUT`, to its end."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, check=False, cwd=ROOT, env={"PATH": ""}, input=stdin, capture_output=True, text=True, timeout=60
    )
