"""The guide for those who receive webhooks says what is true, and its receiver works."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from texting.outgoing_webhooks import queue, recording
from texting.outgoing_webhooks.kinds import SHAPES, EventKind
from texting.outgoing_webhooks.signing import new_secret, signature_headers

GUIDE = Path(__file__).parents[3] / "docs" / "webhooks.md"
SOURCE = re.search(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)


@pytest.fixture
def receiver(tmp_path):
    """The guide's receiver, as it stands there, in a process of its own. Gives its address, secret and output."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    file, out, secret = tmp_path / "receiver.py", tmp_path / "out", new_secret()
    file.write_text(SOURCE.group(1))
    environment = os.environ | {"PARLEY_WEBHOOK_SECRET": secret, "PORT": str(port)}
    with out.open("wb") as output:
        process = subprocess.Popen([sys.executable, str(file)], env=environment, stdout=output, stderr=output)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/", secret, out
    finally:
        process.terminate()
        process.wait(10)


def post(address: str, body: bytes, headers: dict[str, str]) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, headers), timeout=30) as answer:  # noqa: S310
            return answer.status
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def test_the_receiver_takes_our_calls_once_and_refuses_others(receiver):
    address, secret, out = receiver
    body = b'{"type":"line.problem","timestamp":"x","sequence":7,"data":{}}'
    signed = signature_headers([new_secret(), secret], message="evt_1", timestamp=int(time.time()), body=body)
    assert post(address, body, signed) == 204
    assert post(address, body, signed) == 204
    assert out.read_text().count("line.problem") == 1, "a repeat is answered and does nothing"
    assert post(address, body + b" ", signed) == 401
    old = signature_headers([secret], message="evt_2", timestamp=int(time.time()) - 3600, body=body)
    assert post(address, body, old) == 401
    assert post(address, body, {}) == 401


def rows() -> dict[str, str]:
    return dict(re.findall(r"^\| `([a-z_.]+)` \|.*?\| ([^|]*) \|$", GUIDE.read_text(), re.MULTILINE))


def test_the_guide_names_every_event_and_every_field():
    listed = rows()
    assert listed.keys() == {kind.value for kind in EventKind}
    names = {"the four ids": "`message_id` `conversation_id` `contact_id` `line_id`"}
    names["the three ids"] = "`conversation_id` `contact_id` `line_id`"
    for kind, shape in SHAPES.items():
        words = listed[kind.value]
        for short, whole in names.items():
            words = words.replace(short, whole)
        named = set(re.findall(r"`([a-z_]+)`", re.sub(r"\([^)]*\)", "", words)))
        assert named == shape, kind


def test_the_guide_s_figures_are_the_code_s():
    words = GUIDE.read_text()
    assert queue.WAITS == (5, 30, 120, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 86_400)
    assert "5 seconds, 30 seconds, 2, 10 and 30 minutes, 1, 3, 6, 12, 24 and 24 hours" in words
    assert f"first {recording.SHOWN} characters" in words
