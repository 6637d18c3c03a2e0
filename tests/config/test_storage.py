"""Hashed static files: our modules find each other by their new names, other people's scripts stay as they are."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command

SCRIPTS = re.compile(r"""from\s*["']([^"']+)["']|import\s*["']([^"']+)["']""")


@pytest.fixture
def collected(settings: pytest.FixtureRequest, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = str(tmp_path)  # type: ignore[attr-defined]
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "config.storage.HashedFiles"}}  # type: ignore[attr-defined]
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def hashed(folder: Path, name: str) -> Path:
    stem, ending = name.rsplit(".", 1)
    (found,) = folder.glob(f"{stem}.????????????.{ending}")
    return found


def test_our_modules_import_each_other_by_names_that_change_with_their_content(collected: Path) -> None:
    text = hashed(collected, "js/app.js").read_text()
    imported = [one or two for one, two in SCRIPTS.findall(text)]
    assert len(imported) > 5
    for name in imported:
        assert re.search(r"\.[0-9a-f]{12}\.js$", name), name
        assert (collected / "js" / Path(name).name).exists(), name


def test_scripts_of_packages_are_not_rewritten(collected: Path) -> None:
    original = (collected / "django_htmx/htmx-2.min.js").read_bytes()
    assert hashed(collected, "django_htmx/htmx-2.min.js").read_bytes() == original
