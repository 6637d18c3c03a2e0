"""Places where a process dies on purpose: named once, all known, and harmless in a real installation."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tenancy.crash_points import OTHER_POINTS, POINTS, crash_here

PROJECT = Path(__file__).parent.parent.parent
IMPORT = "import django; django.setup(); from django.conf import settings"


def test_every_place_is_listed_and_stands_once_in_the_product():
    parts = ("accounts", "compliance", "config", "portal", "retention", "tenancy", "texting")
    found = [
        name
        for part in parts
        for file in (PROJECT / part).rglob("*.py")
        for name in re.findall(r'crash_here\("(\w+)"\)', file.read_text())
        if file.name != "crash_points.py"
    ]
    assert sorted(found) == sorted((*POINTS, *OTHER_POINTS))


def test_without_being_asked_nothing_happens():
    for point in (*POINTS, *OTHER_POINTS):
        crash_here(point)


def test_a_process_dies_where_it_was_told_to():
    died = python("from tenancy.crash_points import crash_here; crash_here('after_call')", CRASH_AT="after_call")
    assert died == -signal.SIGKILL


@pytest.mark.parametrize("name", ["CRASH_AT", "PAUSE_AT"])
def test_a_real_installation_cannot_be_told(name):
    words = f"assert settings.{name} == '', 'it can'"
    assert python(words, **{name: "after_call", "PARLEY_LOCAL": "0"}) == 0


def python(words: str, **environment: str) -> int:
    command = [sys.executable, "-c", f"{IMPORT}; {words}"]
    everything = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **environment}
    return subprocess.run(command, env=everything, cwd=PROJECT, check=False).returncode
