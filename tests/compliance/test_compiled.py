"""Compiled detectors stand in only for the very modules they were made from."""

import os
import shutil
import sys
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from pathlib import Path

import pytest

from compliance import compiled, detectors


@pytest.fixture
def every(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the compiled modules of every state are kept."""
    monkeypatch.setattr(sys, "meta_path", [one for one in sys.meta_path if not isinstance(one, compiled.Compiled)])
    monkeypatch.delenv(compiled.WANTED)
    return tmp_path / "build" / "compiled"


@pytest.fixture
def folder(every: Path) -> Path:
    """Those that fit."""
    state = compiled.made_from()
    folder = compiled.folder_of(state, every)
    module = folder / "compliance" / "detectors" / f"cards{EXTENSION_SUFFIXES[0]}"
    module.parent.mkdir(parents=True)
    module.touch()
    (folder / f"a_group__mypyc{EXTENSION_SUFFIXES[0]}").touch()
    stamped(folder)
    return folder


def stamped(folder: Path) -> None:
    (folder / compiled.STAMP).write_text(compiled.stamp_of(compiled.made_from(), folder), "utf-8")


def test_compiled_modules_that_fit_are_found_and_no_others(folder: Path, every: Path) -> None:
    assert not compiled.in_use()
    assert compiled.use(every)
    assert compiled.in_use()

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
def test_compiled_modules_of_another_state_are_left_alone(folder: Path, every: Path, stamp: str | None) -> None:
    before = list(sys.meta_path)
    if stamp is None:
        (folder / compiled.STAMP).unlink()
    else:
        (folder / compiled.STAMP).write_text(stamp, "utf-8")

    assert not compiled.use(every)
    assert not compiled.use(folder / "nowhere")
    assert sys.meta_path == before
    assert not compiled.in_use()


def test_all_of_them_stand_in_or_none(folder: Path, every: Path) -> None:
    (folder / f"a_group__mypyc{EXTENSION_SUFFIXES[0]}").unlink()
    assert not compiled.use(every)


def test_who_wants_the_modules_as_they_are_written_gets_them(
    folder: Path, every: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(compiled.WANTED, "0")
    assert not compiled.use(every)


def test_these_tests_look_at_the_modules_that_were_asked_for() -> None:
    assert compiled.in_use() == (os.environ[compiled.WANTED] == "1")
    assert str(detectors.scanning.__file__).endswith(".py") == (not compiled.in_use())


def test_what_others_may_have_written_is_left_alone(folder: Path, every: Path) -> None:
    module = folder / "compliance" / "detectors" / f"cards{EXTENSION_SUFFIXES[0]}"
    module.chmod(0o666)
    assert not compiled.use(every)
    module.chmod(0o644)
    for open_to_all in (folder, every, every.parent):
        open_to_all.chmod(0o777)
        assert not compiled.use(every)
        open_to_all.chmod(0o755)
    assert compiled.use(every)
    (folder / "elsewhere").symlink_to(folder.parent)
    assert not compiled.use(every)


def test_a_module_of_another_place_is_no_stand_in(folder: Path, every: Path) -> None:
    for name in ("tenancy/encryption/records", "phonenumbers"):
        other = folder / f"{name}{EXTENSION_SUFFIXES[0]}"
        other.parent.mkdir(parents=True, exist_ok=True)
        other.touch(0o644)
    stamped(folder)
    assert compiled.use(every)
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
