"""Two requests of one session at the same moment: neither undoes what the other wrote."""

import pytest

from accounts.sessions import SessionStore
from tests.cast import signed_in


@pytest.fixture
def both(cast, client) -> tuple[SessionStore, SessionStore]:
    """Two requests that have read the session, with something to take in it, before either writes."""
    signed_in(client, cast.agent)
    store = client.session
    store["once"], store["list"] = "a challenge", ["a"]
    store.save()
    one, other = SessionStore(store.session_key), SessionStore(store.session_key)
    assert one["list"] == other["list"] == ["a"]
    return one, other


def ended(*stores: SessionStore) -> SessionStore:
    """What is kept once their requests have ended, as Django's middleware ends them."""
    for store in stores:
        if store.modified:
            store.save()
    return SessionStore(stores[0].session_key)


def test_what_both_add_to_a_list_is_in_it(both):
    one, other = both
    one.add_to("list", "b", at_most=9)
    other.add_to("list", "c", at_most=9)
    assert one["list"] == ["a", "b"]
    assert other["list"] == ["a", "b", "c"]
    assert ended(other, one)["list"] == ["a", "b", "c"]


def test_what_one_takes_the_other_does_not_bring_back(both):
    one, other = both
    assert one.take("once") == "a challenge"
    other.add_to("list", "b", at_most=9)
    assert other.take("once") is None
    kept = ended(one, other)
    assert "once" not in kept
    assert kept["list"] == ["a", "b"], "nor does taking undo what was added"


def test_taking_does_not_undo_what_is_added_after_it(both):
    one, other = both
    one.take("once")
    other.add_to("list", "b", at_most=9)
    assert ended(other, one)["list"] == ["a", "b"]


def test_a_list_keeps_its_latest_and_what_is_added_again_is_the_latest(both):
    one, _other = both
    for item in ("b", "c", "a", "d"):
        one.add_to("list", item, at_most=3)
    assert ended(one)["list"] == ["c", "a", "d"]


def test_a_session_that_ended_meanwhile_stays_ended(both):
    one, other = both
    one.delete()
    other.add_to("list", "b", at_most=9)
    assert not other.modified
    assert not SessionStore(other.session_key).get("list")
