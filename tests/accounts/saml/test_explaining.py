"""Every reason for refusing a provider's message has words of its own that say what to change."""

import pytest

from accounts.saml.explaining import EXPLAINED
from accounts.saml.refusals import Reason


def test_every_reason_is_explained_and_nothing_else_is():
    assert set(EXPLAINED) == set(Reason), "explain the new reason in accounts/saml/explaining.py"


@pytest.mark.parametrize("reason", Reason)
def test_an_explanation_says_what_happened_and_what_to_do(reason):
    explained = EXPLAINED[reason]
    for words in (str(explained.what), str(explained.do)):
        assert words.endswith((".", "?")), words
        assert len(words) > 10
    assert str(explained.what) != str(explained.do)


def test_no_two_reasons_are_told_in_the_same_words():
    told = [str(explained.what) for explained in EXPLAINED.values()]
    assert len(told) == len(set(told))
