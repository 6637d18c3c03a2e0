"""Detectors and intents as machine code, where somebody compiled them: the same modules, in half the time.

`make up`, the image and `make compiled` (`bench/compiling.py`) make them from the modules beside this one and keep
them in `build/compiled`, in a folder that is named for what they were made from. They stand in for those modules only
as long as that fits: whoever changes a module, or takes another Python, works with the modules as they are written.
"""

import os
import stat
import sys
from collections.abc import Sequence
from hashlib import sha256
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

_HERE = Path(__file__).resolve().parent
PACKAGES = ("detectors", "intents")
FOLDER = _HERE.parent / "build" / "compiled"
STAMP = "made-from.txt"
WANTED = "PARLEY_COMPILED"
"""A variable of the environment; "0": the modules as they are written, whatever was compiled. So do the tests."""


def made_from(packages: Path = _HERE) -> str:
    """What tells one state of the modules, and one Python, from another."""
    told = sha256(f"{sys.implementation.cache_tag} {EXTENSION_SUFFIXES[0]}".encode())
    for package in PACKAGES:
        for module in sorted((packages / package).glob("*.py")):
            told.update(module.name.encode() + b"\0" + module.read_bytes())
    return told.hexdigest()


class Compiled(MetaPathFinder):
    """Finds the compiled modules of a folder, by their full names."""

    def __init__(self, folder: Path) -> None:
        """`folder`: what `bench.compiling` made."""
        suffix = EXTENSION_SUFFIXES[0]
        files = {file.relative_to(folder).as_posix(): file for file in folder.rglob(f"*{suffix}")}
        named = {name.removesuffix(suffix).replace("/", "."): str(file) for name, file in files.items()}
        self._files = {name: file for name, file in named.items() if _stands_in(name)}

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a module stands, None if it is not among the compiled ones."""
        file = self._files.get(fullname)
        return spec_from_file_location(fullname, file) if file else None


def _stands_in(name: str) -> bool:
    """Whether it is a module of ours, or what mypyc keeps beside the modules, which has a name of its own."""
    return name.startswith(tuple(f"compliance.{package}." for package in PACKAGES)) or name.endswith("__mypyc")


def _is_safe(folder: Path) -> bool:
    """Whether nobody but this account and root can have written what is in the folder: its code runs in this process.

    The account that runs Parley may write the modules themselves too, so this asks for no more than they do.
    """
    for path in (folder.parents[1], folder.parent, folder, *folder.rglob("*")):
        told = path.lstat()
        if stat.S_ISLNK(told.st_mode) or told.st_mode & 0o022 or told.st_uid not in {0, os.geteuid()}:
            return False
    return True


def folder_of(state: str, folder: Path = FOLDER) -> Path:
    """Where the modules that were compiled from a state (`made_from`) are kept."""
    return folder / state[:16]


def stamp_of(state: str, compiled: Path) -> str:
    """What the stamp of a folder says: what it was made from, and each file that must be there."""
    return "\n".join([state, *sorted(file.relative_to(compiled).as_posix() for file in compiled.rglob("*.so"))])


def use(folder: Path = FOLDER) -> bool:
    """Let the compiled modules stand in from now on, if there are any and they fit; whether they do.

    All of them or none: modules that were compiled together do not work with others of their kind as written.
    """
    if os.environ.get(WANTED) == "0":
        return False
    state = made_from()
    compiled = folder_of(state, folder)
    stamp = compiled / STAMP
    if not stamp.is_file() or not _is_safe(compiled) or stamp.read_text(encoding="utf-8") != stamp_of(state, compiled):
        return False
    sys.meta_path.insert(0, Compiled(compiled))
    return True


def in_use() -> bool:
    """Whether this process looks at texts with compiled modules."""
    return any(isinstance(finder, Compiled) for finder in sys.meta_path)
