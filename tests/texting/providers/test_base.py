"""Credentials as they are stored with a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texting.providers.base import Credentials, Hook

words = st.text(max_size=20)


@given(st.builds(Credentials, account=words, secret=words, previous_secret=words, api_key=words, api_key_secret=words))
def test_what_is_stored_is_read_back(credentials: Credentials) -> None:
    assert Credentials.from_json(credentials.to_json()) == credentials


def test_a_base_url_is_neither_stored_nor_read() -> None:
    assert "127" not in Credentials(secret="s", base_url="http://127.0.0.1").to_json()
    with pytest.raises(ValueError, match="no adapter knows"):
        Credentials.from_json('{"base_url": "http://127.0.0.1"}')


@pytest.mark.parametrize(
    "text", ["", "secret-word", "[]", '"secret-word"', '{"secret": 7}', '{"secret-word": "x"}', "{"]
)
def test_wrong_credentials_are_refused_without_quoting_them(text: str) -> None:
    with pytest.raises(ValueError, match="stored credentials") as refusal:
        Credentials.from_json(text)
    assert "secret-word" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


def test_a_secret_is_never_shown() -> None:
    filled = Credentials(**dict.fromkeys(Credentials.__dataclass_fields__, "hush"))
    assert "hush" not in f"{filled!r} {filled}"


def test_headers_are_found_in_any_case() -> None:
    hook = Hook("POST", "", {"x-Thing": "1"}, b"")
    assert (hook.header("X-THING"), hook.header("other")) == ("1", "")
