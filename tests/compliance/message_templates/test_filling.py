"""Putting values into a body: all of them or nothing."""

from uuid import uuid4

import pytest

from compliance.message_templates import filling
from compliance.message_templates.placeholders import LONGEST_VALUE, PLACEHOLDERS, Unfilled, fill, unknown_in


def test_every_placeholder_is_replaced_once_and_what_a_value_says_is_not_looked_at_again():
    body = "".join(one.written for one in PLACEHOLDERS.values())
    values = {name: name.upper() for name in PLACEHOLDERS} | {"link": "https://harbor.example/a?b=%7Bdate%7D"}
    assert fill(body, values) == "".join(values.values())
    with pytest.raises(Unfilled):
        fill("{topic}", {"topic": "{company}"})


@pytest.mark.parametrize("value", ["", "  ", "x" * (LONGEST_VALUE + 1), "two\nlines", "null\x00", "half \ud800", "{x}"])
def test_what_is_missing_or_cannot_be_sent_is_an_error_that_names_the_placeholder(value):
    with pytest.raises(Unfilled, match="topic") as caught:
        fill("About {topic}", {"topic": value})
    assert list(caught.value.why) == ["topic"]


@pytest.mark.parametrize(
    "link", ["harbor.example", "http://harbor.example", "javascript:alert(1)", "https://x", "https://a.b c"]
)
def test_a_link_is_a_whole_secure_address(link):
    with pytest.raises(Unfilled, match="whole address"):
        fill("{link}", {"link": link})


def test_the_mark_of_a_text_tells_whether_it_was_changed_and_nobody_can_make_one_up():
    version = uuid4()
    mark = filling.read_mark(filling.mark_of(version, "en", "Hello Grace"))
    assert (mark.version_id, mark.language) == (version, "en")
    assert filling.is_as_filled(mark, " Hello Grace\n")
    assert not filling.is_as_filled(mark, "Hello Gracie")
    assert "Grace" not in filling.mark_of(version, "en", "Hello Grace")
    for bad in ("", "x", f"{version}", ":::", "é" * 200, f"{version}:en:" + "0" * 64):
        read = filling.read_mark(bad)
        assert read is None or not filling.is_as_filled(read, "Hello Grace")


@pytest.mark.parametrize(
    ("body", "values", "text"),
    [
        ("Hi {first_name|there}", {"first_name": "Ada"}, "Hi Ada"),
        ("Hi {first_name|there}", {"first_name": ""}, "Hi there"),
        ("{field:Next  Visit|soon}", {"field:next visit": "31 Mar"}, "31 Mar"),
        ("{field:next visit|soon}", {"field:next visit": ""}, "soon"),
        ("{field:Plan}", {"field:plan": "{date}"}, None),
        ("{field:Plan}", {"field:plan": ""}, None),
        ("{field:Plan|Gold}", {"field:plan": None}, None),
        ("{first_name} {first_name|there}", {}, None),
    ],
)
def test_words_stand_where_nothing_is_known_and_never_for_what_may_not_be_seen(body, values, text):
    if text is not None:
        assert fill(body, values) == text
        return
    with pytest.raises(Unfilled):
        fill(body, values)


def test_what_is_asked_of_people_has_no_other_words_and_a_field_has_a_name():
    for bad in ("{date|soon}", "{field:}", "{first_name|}", "{first_name|a|b}", "{field:a{b}}", "{first_name|{x}}"):
        assert unknown_in(bad), bad
    assert not unknown_in("{first_name|there} {field:Plan} {field:Plan|none} {date}")
