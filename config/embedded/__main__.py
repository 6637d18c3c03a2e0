"""`python -m config.embedded`: what `manage.py up` becomes, so that the process that only watches stays small."""

import argparse
import os
import sys
from pathlib import Path

from config.embedded.supervisor import Options, Supervisor
from config.env import local_data_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The four options, the same here and at `manage.py up`."""
    parser.add_argument("--port", type=_port, default=8000, help="port of the web server on this machine (8000)")
    parser.add_argument("--data", type=Path, default=local_data_folder(), help="folder for all data (var)")
    parser.add_argument("--reset", action="store_true", help="delete the data folder's contents first")
    parser.add_argument("--no-demo", action="store_true", help="do not make the demo organizations at the first start")


def _port(value: str) -> int:
    number = int(value)
    if not 1 <= number <= 65_535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return number


def main() -> int:
    parser = argparse.ArgumentParser(prog="manage.py up", description="Run the whole system on this machine.")
    add_arguments(parser)
    chosen = parser.parse_args()
    options = Options(port=chosen.port, data=chosen.data, reset=chosen.reset, demo=not chosen.no_demo)
    code = Supervisor(options).run()
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the terminal is gone; nothing is left to say
    return code


if __name__ == "__main__":
    sys.exit(main())
