"""What keeps a template from being kept, from being published, and what is only said."""

import pytest

from compliance.content_types.kinds import ContentType
from compliance.message_templates.checking import LONGEST, Weight, judge

NEVER, BEFORE, NOTE = Weight.NEVER, Weight.BEFORE, Weight.NOTE


def flaws(body, type="reply", language="en", *weights):
    return [one for one in judge(ContentType(type), language, body).flaws if not weights or one.weight in weights]


@pytest.mark.parametrize(
    ("body", "weight", "line", "words"),
    [
        ("", BEFORE, 0, "Nothing is written"),
        (" \n ", BEFORE, 0, "Nothing is written"),
        ("x" * (LONGEST + 1), NEVER, 0, "1,001 characters"),
        ("Hello\x00", NEVER, 0, "cannot be sent"),
        ("Hello \ud800", NEVER, 0, "cannot be sent"),
        ("Caf\ufffd", NEVER, 0, "cannot be sent"),
        ("Hello\n{frist_name}", NEVER, 2, "{frist_name} is no placeholder"),
        ("Hello {First_Name}", NEVER, 1, "is no placeholder"),
        ("{{ settings.SECRET_KEY }}", NEVER, 1, "is no placeholder"),
        ("Hello {first_name", NEVER, 1, "brace"),
        ("Pay with 4242 4242 4242 4242", NEVER, 1, "card number"),
        ("Your password is hunter22xyz", NEVER, 1, "must not be sent"),
        ("Your diagnosis is diabetes", BEFORE, 1, "health information"),
        ("See https://bit.ly/x", BEFORE, 1, "shortens"),
        ("See bit.ly/x", BEFORE, 1, "shortens"),
        ("See http://harbor.example/x", BEFORE, 1, "https"),
        ("Line one\nReply CANCEL to cancel your visit", BEFORE, 2, "gets no more texts"),
        ("Reply HELP to reach a nurse", BEFORE, 1, "automatic answer"),
        ("Hello. Reply STOP to opt out.", NOTE, 1, "opt out itself"),
    ],
)
def test_each_flaw_says_where_it_is_and_how_much_it_weighs(body, weight, line, words):
    found = [one for one in flaws(body) if words in one.rule]
    assert found, [one.rule for one in flaws(body)]
    assert (found[0].weight, found[0].line) == (weight, line)
    assert found[0].act


@pytest.mark.parametrize(
    ("body", "against"),
    [
        ("See https://elsewhere.org/x", ["elsewhere.org may not be linked."]),
        ("See https://Elsewhere.org/x", ["elsewhere.org may not be linked."]),
        ("See https://www.harbor.example/x or {link}", []),
    ],
)
def test_where_an_organization_names_its_domains_a_template_links_no_other(body, against):
    judged = judge(ContentType.REPLY, "en", body, domains={"harbor.example"})
    assert [flaw.rule for flaw in judged.flaws if "link" in flaw.rule and flaw.weight is BEFORE] == against
    assert [flaw for flaw in judge(ContentType.REPLY, "en", body).flaws if flaw.weight is BEFORE] == []


@pytest.mark.parametrize(
    ("type", "body", "words"),
    [
        ("appointment", "Hello {first_name}, see you soon", "needs a date or a time"),
        ("order", "Hello {first_name}, thank you", "needs an order number"),
        ("delivery", "Hello {first_name}, thank you", "needs"),
        ("poll", "Hello {first_name}, thank you.", "needs"),
        ("announcement", "We are closed.\n20% off everything, shop now!", "must not hold a discount"),
        ("reply", "Sure. 20% off everything, shop now!", "must not hold"),
    ],
)
def test_a_type_asks_for_its_parts_and_forbids_others(type, body, words):
    assert any(words in one.rule for one in flaws(body, type, "en", BEFORE))


@pytest.mark.parametrize(
    ("type", "body"),
    [
        ("appointment", "Hello, see you on {date}"),
        ("appointment", "Hello, see you at 2:30 pm"),
        ("order", "Your order {order_number} is in."),
        ("promotion", "20% off everything, shop now!"),
    ],
)
def test_a_placeholder_counts_as_what_it_stands_for(type, body):
    assert flaws(body, type, "en", NEVER, BEFORE) == []


def test_a_forbidden_part_is_shown_on_its_line_and_the_size_is_that_of_a_usual_text():
    found = flaws("We are closed.\nNow 20% off everything", "announcement", "en", BEFORE)
    assert [one.line for one in found] == [2]
    shown = judge(
        ContentType.REPLY,
        "es",
        "Hola {first_name}, ¿está todo bien con su pedido de {company}, o falta algo más en él?",
    )
    assert (shown.size.encoding, shown.size.segments) == ("UCS-2", 2)
    assert shown.text.startswith("Hola Grace")
    assert [one.weight for one in shown.flaws] == [NOTE]
