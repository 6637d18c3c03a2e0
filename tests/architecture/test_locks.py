"""Whoever holds a contact's key never asks for its whole row: two of them would wait for each other (decision 425)."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKED = re.compile(r"\bContact\.objects\b[^\n]*?\.select_for_update\(([^)]*)\)")


def test_contacts_are_locked_without_their_key():
    found = [
        (str(file.relative_to(ROOT)), how)
        for part in ("accounts", "texting", "compliance", "portal")
        for file in sorted((ROOT / part).rglob("*.py"))
        for how in LOCKED.findall(file.read_text())
    ]
    assert len(found) > 4
    assert [where for where, how in found if "no_key=True" not in how] == []
