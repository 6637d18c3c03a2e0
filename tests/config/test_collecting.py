"""What is loaded is not looked at again, and whether Python looks at all is as it was."""

import gc
from collections.abc import Iterator

import pytest

from config import collecting


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    was_on = gc.isenabled()
    yield
    (gc.enable if was_on else gc.disable)()


@pytest.mark.parametrize("on", [True, False])
def test_nothing_is_looked_for_meanwhile_nor_among_what_stands_then(on: bool) -> None:
    (gc.enable if on else gc.disable)()
    before = gc.get_freeze_count()
    with pytest.raises(KeyError), collecting.paused():
        assert not gc.isenabled()
        kept = [[] for _ in range(1000)]
        raise KeyError
    assert gc.isenabled() == on
    assert gc.get_freeze_count() >= before + len(kept)
