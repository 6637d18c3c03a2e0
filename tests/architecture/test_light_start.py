"""What every process would carry about and hardly any needs is loaded by whoever needs it."""

import re
from pathlib import Path

from config.env import PROJECT

PAPER = re.compile(r"^(?:from \S*paper import|from \S+ import .*\bpapers?\b|(?:from|import) fpdf)", re.MULTILINE)
OURS = ("accounts", "compliance", "config", "portal", "retention", "tenancy", "texting")


def modules() -> list[Path]:
    return [path for room in OURS for path in (PROJECT / room).rglob("*.py")]


def test_only_those_who_draw_paper_load_its_library() -> None:
    """It is 18 MB of memory and a third of a second for each process."""
    drawing, loading = (
        {str(path.relative_to(PROJECT)) for path in modules() if chosen(path)}
        for chosen in (
            lambda path: path.stem.endswith(("paper", "papers")),
            lambda path: PAPER.search(path.read_text()),
        )
    )
    assert drawing <= loading
    assert loading - drawing == set()
