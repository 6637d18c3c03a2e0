"""`make compiled`: detectors and intents as machine code in `build/compiled`, proved to find what the modules find.

mypyc translates the modules, which are typed throughout, to C; a C compiler and Python's headers are needed, and some
two minutes. Then thousands of texts go through the modules as they are written and through the compiled ones, each in a
process of its own. What differs in one finding, place, score or reason is thrown away.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

from bench.detection.fuzz import texts
from bench.detection.sets import FILES, WRITTEN_BLIND, own_items
from compliance import detectors
from compliance.compiled import FOLDER, PACKAGES, STAMP, made_from
from compliance.intents import classify

HERE = Path(__file__).resolve().parents[1]
AS_WRITTEN = frozenset(("__init__", "data_files", "folding_table"))  # these need their place, or are a subclass of dict
FUZZED = 3_000
SETUP = """
from mypyc.build import mypycify
from setuptools import setup
modules = mypycify(["--follow-imports=silent", "--ignore-missing-imports", *{modules!r}], opt_level="3")
setup(name="compiled", packages=[], ext_modules=modules)
"""


def main() -> None:
    """Compile, compare, keep; exit 1 with what to do when one of them fails."""
    if sys.argv[1:] == ["--found"]:
        print(scan_is_compiled(), found())
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        build(work)
        keep(work)
    plain = _found()
    (FOLDER / STAMP).write_text(made_from(), encoding="utf-8")
    (FOLDER / STAMP).chmod(0o644)
    compiled = _found()
    if (plain[0], compiled[0]) != ("False", "True") or plain[1] != compiled[1]:
        shutil.rmtree(FOLDER)
        sys.exit(f"The compiled modules do not find the same ({plain} and {compiled}); they were thrown away.")
    print(f"Compiled into {FOLDER.relative_to(HERE)}, and the same is found in {_count():,} texts.")


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
    print(f"Compiling {len(modules)} modules: some two minutes.", flush=True)
    command = [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace"]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stderr[-2_000:]}\nNothing was compiled. A C compiler and Python's headers are needed.")


def keep(work: Path) -> None:
    """Move what was compiled to its place."""
    for file in [file for file in work.rglob("*.so") if "build" not in file.relative_to(work).parts]:
        kept = FOLDER / file.relative_to(work)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, kept)
    for path in (FOLDER.parent, FOLDER, *FOLDER.rglob("*")):  # what others may write is not used
        path.chmod(0o755 if path.is_dir() else 0o644)


def scan_is_compiled() -> bool:
    """Whether this process looks at texts with the compiled modules."""
    return not str(detectors.scanning.__file__).endswith(".py")


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


def _found() -> list[str]:
    command = [sys.executable, "-m", "bench.compiling", "--found"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    return done.stdout.split() or [done.stderr[-500:], ""]


if __name__ == "__main__":
    main()
