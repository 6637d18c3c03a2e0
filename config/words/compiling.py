"""What Django reads of a catalogue (`django.mo`), made from `django.po`; not kept in git.

`make up` and the tests make what is missing or older as they start, an image when it is built. A system that starts
without is told so by a check (`config.E001`), since it would silently speak English.
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path

from config.words.places import AREAS, ROOT


def catalogue_files() -> Iterator[Path]:
    """Every catalogue of the product."""
    for area in AREAS:
        yield from sorted((ROOT / area / "locale").glob("*/LC_MESSAGES/django.po"))


def not_compiled() -> list[Path]:
    """The catalogues of which Django would read nothing, or something old."""
    return [file for file in catalogue_files() if _is_old(file)]


def _is_old(file: Path) -> bool:
    try:
        return file.with_suffix(".mo").stat().st_mtime_ns < file.stat().st_mtime_ns
    except FileNotFoundError:
        return True


def compile_all() -> int:
    """Compile what needs it; how many that were. Several processes may do so at once: a file is there whole or not."""
    old = not_compiled()
    for file in old:
        _compile(file)
    return len(old)


def _compile(file: Path) -> None:
    from babel.messages.mofile import write_mo  # needed by few of the processes that import this
    from babel.messages.pofile import read_po

    begun = file.stat().st_mtime_ns
    out = io.BytesIO()
    write_mo(out, read_po(io.BytesIO(file.read_bytes()), abort_invalid=True))
    half = file.with_suffix(f".{os.getpid()}.half")
    half.write_bytes(out.getvalue())
    os.utime(half, ns=(begun, begun))  # a change while this was at work is not taken for compiled
    half.replace(file.with_suffix(".mo"))
