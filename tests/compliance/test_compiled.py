"""Compiled detectors stand in only for the very modules they were made from."""

import shutil
import sys
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from pathlib import Path

import pytest

from compliance import compiled


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    module = tmp_path / "compliance" / "detectors" / f"cards{EXTENSION_SUFFIXES[0]}"
    module.parent.mkdir(parents=True)
    module.touch()
    (tmp_path / f"a_group__mypyc{EXTENSION_SUFFIXES[0]}").touch()
    (tmp_path / compiled.STAMP).write_text(compiled.made_from(), "utf-8")
    return tmp_path


def test_compiled_modules_that_fit_are_found_and_no_others(folder: Path) -> None:
    assert compiled.use(folder)

    finder = sys.meta_path[0]
    assert isinstance(finder, compiled.Compiled)
    for name in ("compliance.detectors.cards", "a_group__mypyc"):
        spec = finder.find_spec(name)
        assert spec is not None
        assert isinstance(spec.loader, ExtensionFileLoader)
        assert str(spec.origin).startswith(str(folder))
    assert finder.find_spec("compliance.detectors.shapes") is None
    assert finder.find_spec("compliance.detectors") is None


@pytest.mark.parametrize("stamp", [None, "", "of another state"])
def test_compiled_modules_of_another_state_are_left_alone(folder: Path, stamp: str | None) -> None:
    before = list(sys.meta_path)
    if stamp is None:
        (folder / compiled.STAMP).unlink()
    else:
        (folder / compiled.STAMP).write_text(stamp, "utf-8")

    assert not compiled.use(folder)
    assert not compiled.use(folder / "nowhere")
    assert sys.meta_path == before


def test_what_others_may_have_written_is_left_alone(folder: Path) -> None:
    module = folder / "compliance" / "detectors" / f"cards{EXTENSION_SUFFIXES[0]}"
    module.chmod(0o666)
    assert not compiled.use(folder)
    module.chmod(0o644)
    folder.chmod(0o777)
    assert not compiled.use(folder)
    folder.chmod(0o755)
    assert compiled.use(folder)
    (folder / "elsewhere").symlink_to(folder.parent)
    assert not compiled.use(folder)


def test_a_module_of_another_place_is_no_stand_in(folder: Path) -> None:
    for name in ("tenancy/encryption/records", "phonenumbers"):
        other = folder / f"{name}{EXTENSION_SUFFIXES[0]}"
        other.parent.mkdir(parents=True, exist_ok=True)
        other.touch(0o644)
    assert compiled.use(folder)
    finder = sys.meta_path[0]
    assert isinstance(finder, compiled.Compiled)
    assert [finder.find_spec(name) for name in ("tenancy.encryption.records", "phonenumbers")] == [None, None]


def test_any_change_of_a_module_is_another_state(tmp_path: Path) -> None:
    for package in compiled.PACKAGES:
        shutil.copytree(Path(compiled.__file__).parent / package, tmp_path / package)
    assert compiled.made_from(tmp_path) == compiled.made_from()

    changed = tmp_path / "intents" / "words.py"
    changed.write_bytes(changed.read_bytes() + b"\n")
    assert compiled.made_from(tmp_path) != compiled.made_from()
