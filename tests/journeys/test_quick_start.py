"""The commands of docs/api.md do what the page says, on the running system."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tenancy.isolation import activate
from tests.callers import make_caller
from texting.models import Decision

from .simulated_office import Office

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
COMMANDS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
NUMBER = "+12125550181"  # of the page; the office's customer takes its place


@pytest.fixture
def environment(office: Office) -> dict[str, str]:
    office.hear("START")
    return os.environ | {"PARLEY_URL": office.base_url, "PARLEY_KEY": make_caller(office.owner).secret}


def finished(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=120)


def test_the_page_has_commands_and_a_program():
    assert len(COMMANDS) == 2
    assert len(PROGRAMS) == 1
    assert NUMBER in COMMANDS[1]
    assert NUMBER in PROGRAMS[0]


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page's commands are for curl")
def test_the_commands_show_the_key_and_send_one_text_however_often(office, environment):
    def run(command: str) -> dict:
        script = command.replace(NUMBER, office.number(0))
        done = finished(["/bin/sh", "-c", script], environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    me, send = COMMANDS
    assert run(me)["name"] == "Booking system"
    assert run(send)["id"] == run(send)["id"]


def test_the_program_sends_a_text_and_sees_it_arrive(office, environment):
    program = PROGRAMS[0].replace(NUMBER, office.number(0))
    done = finished([sys.executable, "-c", program], environment)
    assert done.stdout.strip() == "delivered", (done.stderr, decisions(office))


def decisions(office):
    """What the gate said last, for a text that did not arrive."""
    with activate(office.organization):
        return list(Decision.objects.order_by("-decided_at").values_list("stage", "purpose", "reasons")[:6])
