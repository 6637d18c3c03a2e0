"""What is added to a first text, the company's name and the opt-out words, counts: in the meter and for the bill."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.urls import reverse

from tenancy.isolation import activate
from tests.texting.desk import desk
from texting import sending
from texting.models import OutboxEntry
from texting.segments import count, tables

__all__ = ["desk"]

SCRIPTS = Path(__file__).parents[2] / "config" / "static" / "js"
NODE = shutil.which("node")
TYPED = "x" * 150  # one segment by itself, two with what is added
PAGE = """
    import { writeFileSync, readFileSync } from "node:fs";
    const { tables, drawn } = JSON.parse(readFileSync("input.json", "utf8"));
    const child = () => ({ dataset: {}, textContent: "" });
    const meter = { dataset: { one: "1 segment", many: "segments" }, children: [child(), child(), child()] };
    const known = { "segment-tables": { textContent: JSON.stringify(tables) }, meter, culprit: child() };
    globalThis.document = { getElementById: (id) => known[id] };
    const { drawMeter } = await import("./meter.mjs");
    const told = drawn.map(([typed, clauses]) => {
      drawMeter(typed, clauses);
      return [meter.children[1].textContent, meter.children[2].textContent];
    });
    writeFileSync("output.json", JSON.stringify(told));
"""


def clauses_shown(desk, conversation):
    """What the composer's page hands to the meter."""
    page = desk.as_(desk.cast.agent).post(
        reverse("conversation_preview", args=[conversation.pk]), {"body": TYPED}, headers={"HX-Request": "true"}
    )
    text = page.content.decode()
    return {name: re.search(rf'data-{name}="([^"]*)"', text)[1] for name in ("prefix", "suffix")}


def test_a_first_text_is_queued_with_its_clauses_counted_and_the_next_one_without(desk):
    conversation = desk.hear()
    with activate(desk.organization):
        first = sending.send_text(conversation=conversation, body=TYPED, author=desk.cast.agent)
        second = sending.send_text(conversation=conversation, body=TYPED, author=desk.cast.agent)
        assert first.body.startswith("Harbor Dental: ")
        assert (first.segments, second.segments) == (count(first.body).segments, 1) == (2, 1)
        waiting = dict(OutboxEntry.objects.values_list("message_id", "segments"))
        assert (waiting[first.pk], waiting[second.pk]) == (2, 1), "the carriers' pace counts the same"


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_the_meter_shows_the_segments_of_the_whole_text_that_leaves(desk, tmp_path):
    conversation = desk.hear()
    added = clauses_shown(desk, conversation)
    added = {name: text.replace("&#x27;", "'").replace("&#10;", "\n") for name, text in added.items()}
    for name in ("meter", "segments"):
        script = (SCRIPTS / f"{name}.js").read_text(encoding="utf-8")
        (tmp_path / f"{name}.mjs").write_text(script.replace("./segments.js", "./segments.mjs"), encoding="utf-8")
    drawn = [[TYPED, added], [TYPED, {"prefix": "", "suffix": ""}], ["", added]]
    (tmp_path / "input.json").write_text(json.dumps({"tables": tables(), "drawn": drawn}), encoding="utf-8")
    (tmp_path / "run.mjs").write_text(PAGE, encoding="utf-8")
    subprocess.run([NODE, "run.mjs"], cwd=tmp_path, check=True, timeout=60)
    told = json.loads((tmp_path / "output.json").read_text(encoding="utf-8"))
    with activate(desk.organization):
        leaves = sending.send_text(conversation=conversation, body=TYPED, author=desk.cast.agent)
    whole = count(leaves.body)
    assert told == [
        [f"{whole.units} / {153 * whole.segments}", f"{whole.segments} segments"],
        ["150 / 160", "1 segment"],
        ["0 / 160", "1 segment"],
    ]
