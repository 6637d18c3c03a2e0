"""The composer's meter (JavaScript) counts exactly as texting/segments.py does. Needs node, which nothing else does."""

import json
import random
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest

from texting.segments import GSM_BASIC, GSM_EXTENSION, count, replace_culprits, simplify_accents, tables

SCRIPT = Path(__file__).parents[2] / "config" / "static" / "js" / "segments.js"
NODE = shutil.which("node")
SPECIAL = [
    *("’", "“", "—", "…", "\u00a0", "ç", "í", "n\u0303", "e\u0301", "q\u0323", "\r", "\n", "\f", "€", "中", "م"),
    *("👍", "👍🏽", "👩\u200d👩\u200d👧", "🇩🇪", "🇺", "❤️", "\U0001f3f4\U000e0067\U000e0062\U000e007f"),
    *("ᄀ", "ᅡ", "ᆨ", "각", "\u200d", "\ufe0f", "\u0600", "\u0e33", "\u200b"),
]


def _characters() -> list[str]:
    """Assigned characters only: the browser may know newer ones than Python does."""
    points = [*range(0x20, 0x3000), *range(0xAC00, 0xAC80), *range(0xFE00, 0xFF60), *range(0x1F300, 0x1F650)]
    return [chr(point) for point in points if unicodedata.category(chr(point)) not in {"Cn", "Cs", "Co"}]


def _texts() -> list[str]:
    chance = random.Random(20261122)  # noqa: S311 - no secret
    anything = _characters()
    texts = ["", *SPECIAL, *anything, "a" * 160, "a" * 161, "€" * 80, "a" + "€" * 80, "’" * 70, "’" * 71, "👍" * 36]
    texts.append("a" + "\u0301" * 80)  # one cluster that is larger than a segment
    for _ in range(3000):
        plain = chance.choices(list(GSM_BASIC + GSM_EXTENSION), k=chance.randrange(0, 340))
        spice = chance.choices([*SPECIAL, *chance.choices(anything, k=20)], k=chance.choice([0, 0, 1, 2, 30]))
        text = plain + spice
        chance.shuffle(text)
        texts.append("".join(text))
    return texts


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_the_meter_in_the_browser_counts_as_the_server_does(tmp_path: Path) -> None:
    texts = _texts()
    (tmp_path / "segments.mjs").write_text(SCRIPT.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "input.json").write_text(json.dumps({"tables": tables(), "texts": texts}), encoding="utf-8")
    (tmp_path / "run.mjs").write_text(
        """
        import { readFileSync, writeFileSync } from "node:fs";
        import { segmentCounter } from "./segments.mjs";
        const { tables, texts } = JSON.parse(readFileSync("input.json", "utf8"));
        const { count, replace, simplify } = segmentCounter(tables);
        const answers = texts.map((text) => ({ ...count(text), replaced: replace(text), plain: simplify(text) }));
        writeFileSync("output.json", JSON.stringify(answers));
        """,
        encoding="utf-8",
    )
    subprocess.run([NODE, "run.mjs"], cwd=tmp_path, check=True, timeout=60)  # type: ignore[list-item]
    answers = json.loads((tmp_path / "output.json").read_text(encoding="utf-8"))
    for text, answer in zip(texts, answers, strict=True):
        expected = count(text)
        assert (answer["encoding"], answer["units"], answer["segments"]) == (
            expected.encoding,
            expected.units,
            expected.segments,
        ), ascii(text)
        assert [(c["index"], c["character"], c["replacement"]) for c in answer["culprits"]] == [
            (c.index, c.character, c.replacement) for c in expected.culprits
        ], ascii(text)
        assert answer["replaced"] == replace_culprits(text), ascii(text)
        assert answer["plain"] == simplify_accents(text), ascii(text)
