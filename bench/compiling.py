"""`make compiled`: detectors and intents as machine code in `build/compiled`, proved to find what the modules find.

mypyc translates the modules, which are typed throughout, to C; a C compiler and Python's headers are needed, and a
minute or two. `make up` does it beside the first start. Then thousands of texts go through the modules as they are
written and through the compiled ones, each in a process of its own. What differs in one finding, place, score or reason
is thrown away.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

from bench.detection.fuzz import texts
from bench.detection.sets import FILES, WRITTEN_BLIND, own_items
from compliance import detectors
from compliance.compiled import FOLDER, PACKAGES, STAMP, WANTED, folder_of, in_use, made_from, stamp_of
from compliance.intents import classify

HERE = Path(__file__).resolve().parents[1]
AS_WRITTEN = frozenset(("__init__", "data_files", "folding_table"))  # these need their place, or are a subclass of dict
FUZZED = 3_000
SETUP = """
from mypyc.build import mypycify
from setuptools import setup
options = ["--follow-imports=silent", "--ignore-missing-imports"]
modules = mypycify([*options, *{modules!r}], opt_level="2", debug_level="0")
setup(name="compiled", packages=[], ext_modules=modules)
"""


def main() -> None:
    """Compile, compare, keep; exit 1 with what to do when one of them fails.

    `--if-possible`: only where nothing that fits is there yet, and a sentence instead of a failure where it cannot be.
    """
    if sys.argv[1:] == ["--found"]:
        print(in_use(), found())
        return
    if_possible = sys.argv[1:] == ["--if-possible"]
    state = made_from()
    if if_possible and (folder_of(state) / STAMP).is_file():
        return
    if missing := _missing():
        sentence = f"Detectors and intents are not compiled, since there is no {missing}: they run as they are written."
        if if_possible:
            print(sentence)
            return
        sys.exit(sentence)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        build(work)
        if made_from(work / "compliance") != state:
            sys.exit("A module was changed meanwhile; nothing was compiled.")
        kept = keep(work, state)
    plain, compiled = _found("0"), _found("1")
    if (plain[0], compiled[0]) != ("False", "True") or plain[1] != compiled[1]:
        shutil.rmtree(kept)
        sys.exit(f"The compiled modules do not find the same ({plain} and {compiled}); they were thrown away.")
    for other in set(FOLDER.iterdir()) - {kept}:  # of other states
        shutil.rmtree(other) if other.is_dir() else other.unlink()
    print(f"Compiled into {kept.relative_to(HERE)}, and the same is found in {_count():,} texts.")


def _missing() -> str:
    """What is not there and must be, "" for nothing."""
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    if find_spec("mypyc") is None or find_spec("setuptools") is None:
        return "mypyc (requirements/compile.txt)"
    if shutil.which(os.environ.get("CC", compiler)) is None:
        return "C compiler (on Debian and Ubuntu: apt install gcc libc6-dev)"
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        return "Python.h (on Debian and Ubuntu: apt install python3-dev)"
    return ""


def build(work: Path) -> None:
    """Copy the modules to a folder and compile them there."""
    modules = []
    (work / "compliance").mkdir()
    (work / "compliance" / "__init__.py").touch()
    for package in PACKAGES:
        shutil.copytree(HERE / "compliance" / package, work / "compliance" / package)
        modules += [
            file.relative_to(work).as_posix()
            for file in sorted((work / "compliance" / package).glob("*.py"))
            if file.stem not in AS_WRITTEN
        ]
    (work / "setup.py").write_text(SETUP.format(modules=modules), encoding="utf-8")
    print(f"Compiling {len(modules)} modules: a minute or two.", flush=True)
    command = [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace"]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stderr[-2_000:]}\nNothing was compiled. A C compiler and Python's headers are needed.")


def keep(work: Path, state: str) -> Path:
    """Move what was compiled from a state to its place, whole or not at all, and say where that is."""
    kept = folder_of(state)
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent.parent) as name:
        made = Path(name) / kept.name
        for file in [file for file in work.rglob("*.so") if "build" not in file.relative_to(work).parts]:
            copied = made / file.relative_to(work)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copied)
        (made / STAMP).write_text(stamp_of(state, made), encoding="utf-8")
        for path in (kept.parent.parent, kept.parent, made, *made.rglob("*")):  # what others may write is not used
            path.chmod(0o755 if path.is_dir() else 0o644)
        shutil.rmtree(kept, ignore_errors=True)
        made.rename(kept)
    return kept


def found() -> str:
    """A digest of all that is found in all texts."""
    told = sha256()
    for text in _texts():
        for direction in ("in", "out"):
            told.update(repr(detectors.scan(text, direction=direction)).encode("utf-8", "surrogatepass"))
        told.update(repr(classify(text)).encode("utf-8", "surrogatepass"))
    return told.hexdigest()


def _texts() -> Iterator[str]:
    yield from (item.text for item in own_items((*FILES, *WRITTEN_BLIND)))
    yield from islice(texts(382), FUZZED)


def _count() -> int:
    return sum(1 for _ in _texts())


def _found(wanted: str) -> list[str]:
    command = [sys.executable, "-m", "bench.compiling", "--found"]
    environment = {**os.environ, WANTED: wanted}
    done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.split() or [done.stderr[-500:], ""]


if __name__ == "__main__":
    main()
