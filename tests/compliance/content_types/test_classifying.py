"""What type of text a text is, with reasons; confident only where it is clear."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.content_types import grammar
from bench.content_types.__main__ import held_out, score, told
from bench.detection.sets import own_items
from compliance.content_types.classifying import recognize
from compliance.content_types.kinds import ContentType, Part
from tests.scaling import grows_in_step


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("Your appointment is Tuesday at 9:40. Reply C to confirm.", ContentType.APPOINTMENT),
        ("Recibimos su pedido 48213. Gracias por su compra.", ContentType.ORDER),
        ("Your package is out for delivery.", ContentType.DELIVERY),
        ("¿Cómo estuvo su visita? Responda del 1 al 5.", ContentType.POLL),
        ("Our office will be closed on Monday due to snow.", ContentType.ANNOUNCEMENT),
        ("Tip: for best results rinse the filter.", ContentType.TIP),
        ("30% off everything this weekend only. Shop now!", ContentType.PROMOTION),
        ("３０％ ｏｆｆ ｅｖｅｒｙｔｈｉｎｇ. Ｓｈｏｐ ｎｏｗ!", ContentType.PROMOTION),
    ],
)
def test_a_clear_text_is_told_with_confidence(text, type):
    found = recognize(text)
    assert (found.type, found.is_confident) == (type, True)
    assert found.reasons[0].weight > 0


@pytest.mark.parametrize(
    "text",
    [
        "Yes, you get 10% off as a senior.",
        "The 10% discount you asked about was applied to your bill.",
        "No, we don't have a special offer right now.",
        "I'm sorry, that coupon code expired. Let me ask if we can still honor it.",
        "Is it on sale?",
        "That was a great deal of work, thanks for your help!",
        "",
    ],
)
def test_what_is_said_of_offers_in_a_conversation_does_not_act(text):
    found = recognize(text)
    assert found.type is ContentType.REPLY or not found.is_confident
    assert not found.forbidden


def test_an_offer_inside_an_informational_text_is_recognized():
    found = recognize("Your appointment is Tuesday at 9. Buy our creams now, 30% off until Friday!")
    assert (found.type, found.is_confident) == (ContentType.PROMOTION, True)
    assert {Part.PRICE_OFF, Part.TIME} <= found.parts


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Payday loans up to $1,000, no credit check.", "lending"),
        ("Gomitas de CBD al 2x1, solo hoy.", "cannabis"),
        ("Craft beer half price tonight only!", "alcohol"),
        ("We do not sell firearms.", ""),
        ("She is allergic to wine.", ""),
        ("No payday loans here, sorry.", ""),
    ],
)
def test_what_carriers_carry_for_nobody_is_recognized_but_not_what_is_denied(text, category):
    assert recognize(text).forbidden == category


def test_texts_written_by_hand_are_told_well_enough_and_no_reply_would_be_held():
    by_hand = score(held_out())
    assert by_hand.texts >= 300
    assert by_hand.accuracy >= 0.85
    assert by_hand.held_wrongly == 0
    assert by_hand.offers_held >= 0.7 * by_hand.offers


def test_texts_of_the_grammar_are_told():
    assert score(grammar.texts(3)).accuracy >= 0.98


def test_of_ordinary_texts_only_real_offers_act():
    texts = [item.text for item in own_items(("ordinary.txt", "stories.txt")) if item.direction == "out"]
    acting = [text for text in texts if told(text)[1]]
    assert len(texts) > 200
    assert all("flash sale" in text for text in acting)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_any_text_has_a_type_the_same_each_time(text):
    assert recognize(text) == recognize(text)


@pytest.mark.parametrize("piece", ["save 20% ", "1-2-3-", "no ", "a'", "$5", "https://"])
def test_the_time_is_in_step_with_the_length(piece):
    assert grows_in_step(lambda size: recognize((piece * size)[:size]), size=20_000, times=4, at_most=8, floor=0.001)
