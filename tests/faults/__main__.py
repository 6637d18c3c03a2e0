"""`python -m tests.faults`: the whole fault suite, as a table. `--texts N`: N texts under random faults, counted.

The exit code is 0 when everything held.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="make faults ARGS=...", description="Try what breaks.")
    parser.add_argument("--texts", type=int, help="send so many texts under random faults and compare the counts")
    parser.add_argument("--seed", type=int, default=1, help="of the random faults")
    parser.add_argument("--only", default="", help="part of the names of the tests to run")
    options = parser.parse_args()
    if options.texts:
        from tests.faults.many_texts import run

        return run(options.texts, options.seed)
    files = [*sorted(HERE.glob("every_*.py")), *sorted(HERE.glob("test_*.py"))]
    command = [sys.executable, "-m", "pytest", "-q", "-rx", "-p", "tests.faults.table", "-p", "no:cacheprovider"]
    command += [*(["-k", options.only] if options.only else []), *(str(file) for file in files)]
    environment = os.environ | {"FAULTS_LONG": "1"}
    return subprocess.run(command, env=environment, cwd=HERE.parent.parent, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
