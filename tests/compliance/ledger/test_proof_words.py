"""What the ledger keeps of a customer's words: everything but numbers."""

import pytest

from compliance.ledger.proof_words import proof_words


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("", ""),
        ("STOP", "STOP"),
        ("Please stop, I moved 2 years ago", "Please stop, I moved 2 years ago"),
        ("stop, my card 4111 1111 1111", "stop, my card [number]"),
        ("stop 41-11-11-11", "stop [number]"),
        ("stop 41\n11", "stop [number]"),
        ("stop ４１１１ １１１１", "stop [number]"),
        ("stop ①②③④", "stop [number]"),
        ("stop ٤١١١", "stop [number]"),
        ("stop 4\u200b1\u200b1\u200b1 now", "stop [number] now"),
        ("stop, four one one one one, please", "stop, [number], please"),
        ("stop, cuatro uno uno uno", "stop, [number]"),
        ("stop, 41 and 11 also 11 plus 11", "stop, [number] and [number] also [number] plus [number]"),
        ("STOP [card ••••1111] and 23", "STOP [card ••••1111] and 23"),
        ("stop\ud800 \x00 123", "stop\ud800 \x00 [number]"),
    ],
)
def test_numbers_leave_a_mark_and_the_rest_stays_as_it_was_written(body, kept):
    assert proof_words(body) == kept
    assert proof_words(kept) == kept


def test_a_keyword_with_a_number_stays_and_nothing_else_does():
    assert proof_words("Join2026!", "join2026") == "Join2026!"
    assert proof_words("join2026 2026 4111", "join2026") == "join[number]"
    assert proof_words("join20 4111", "join2026") == "join[number]"


def test_a_huge_text_takes_no_time():
    assert proof_words("stop " + "4 1 one " * 20_000).count("1") == 0
