"""Imports go down only, and modules stay small enough to read."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "retention", "portal", "compliance", "texting", "accounts", "tenancy")


def sources() -> list[Path]:
    return [p for name in PACKAGES for p in (ROOT / name).rglob("*.py") if "migrations" not in p.parts]


def test_import_contracts_hold():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(lint), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def test_every_package_says_what_it_is_for():
    for name in PACKAGES:
        for folder in [ROOT / name, *(ROOT / name).rglob("*/")]:
            marker = folder / "__init__.py"
            if marker.exists() and folder.name not in {"management", "commands", "migrations"}:
                assert marker.read_text().lstrip().startswith('"""'), f"{folder.relative_to(ROOT)} has no docstring"


@pytest.mark.parametrize("limit", [400])
def test_no_module_is_longer_than_the_limit(limit):
    long = {str(p.relative_to(ROOT)): n for p in sources() if (n := len(p.read_text().splitlines())) > limit}
    assert long == {}


def test_no_template_is_longer_than_a_hundred_lines():
    long = [str(p) for p in (ROOT / "templates").rglob("*.html") if len(p.read_text().splitlines()) > 100]
    assert long == []


@pytest.mark.parametrize(
    "words",
    [
        r"django\.db\.models\.signals",
        r"@receiver\(",
        r"task_always_eager *= *True",
        r"sqlite3",
        r"unittest\.mock",
        r"\|\s*safe\b",
        r"mark_safe\(",
        r"\.extra\(",
        r"scopes_disabled",
        r"ATOMIC_REQUESTS",
    ],
)
def test_the_design_does_without(words):
    allowed = {"mark_safe\\(": {"config/ui"}}.get(words, set())
    found = [
        str(p.relative_to(ROOT))
        for p in [*sources(), *(ROOT / "templates").rglob("*.html"), *(ROOT / "tests").rglob("*.py")]
        if p != Path(__file__) and re.search(words, p.read_text())
    ]
    assert [path for path in found if not any(path.startswith(place) for place in allowed)] == []


def test_only_the_outbox_path_hands_texts_to_a_provider():
    """A text is handed over in one place: nothing is sent beside the gate."""
    callers = [str(p.relative_to(ROOT)) for p in sources() if "session.send(" in p.read_text()]
    assert callers == ["texting/provider_connection.py"]


def test_audit_events_are_written_in_one_place():
    writers = [
        str(p.relative_to(ROOT))
        for p in sources()
        if re.search(r"AuditEvent(\.objects\.(create|bulk_create)|\()", p.read_text())
    ]
    assert [w for w in writers if w not in {"tenancy/audit.py", "tenancy/models/audit_event.py"}] == []
