"""The word lists and weights, read once. Each file says under `source` where its entries come from."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent / "data"


@cache
def read(name: str) -> Any:
    """The data file of that name. Shared: do not change it."""
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def weight(rule: str) -> float:
    """The weight of a rule in `data/weights.json`; a rule without one is a mistake in the code."""
    return float(read("weights")["rules"][rule])
