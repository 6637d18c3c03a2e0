"""What is stored of a text holds nothing that must not be kept, however it was written and split."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.detection.sets import own_items
from compliance.detectors import scan
from compliance.screening.masking import REMOVED, may_complete, screen

CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    ("body", "kind", "gone"),
    [
        (f"my card is {CARD} thanks", "PAYMENT_CARD", "4111 1111"),
        ("ssn 536-22-8761", "US_SSN", "536-22"),
        (f"card {CARD} cvv 837", "CARD_SECURITY", "837"),
        ("my password is hunter2hunter", "CREDENTIAL", "hunter2"),
    ],
)
def test_the_stored_text_holds_a_mask_instead(body: str, kind: str, gone: str) -> None:
    screened = screen(body)

    assert gone not in screened.body
    assert "[" in screened.body
    assert kind in {one.finding.type for one in screened.found}
    assert all(one.removed for one in screened.found)


def test_what_may_be_kept_stays_and_is_noted() -> None:
    body = "I was diagnosed with diabetes last week"
    screened = screen(body)

    assert screened.body == body
    assert [one.finding.type for one in screened.found] == ["HEALTH_INFO"]
    assert not screened.found[0].removed


@pytest.mark.parametrize("body", ["", "Hello", "See you at 10:30 on 12/05", "Order 4111111111111112 is late"])
def test_an_ordinary_text_stays_as_it_is(body: str) -> None:
    assert screen(body) == screen(body, ["Hi", "there"])
    assert screen(body).body == body
    assert not screen(body).found


def test_a_card_in_two_texts_is_masked_in_both() -> None:
    earlier = ["Hi, my visa card is", "4111 1111"]
    screened = screen("1111 1111", earlier)

    changed = dict(screened.earlier)
    assert list(changed) == [1]
    assert "4111" not in changed[1]
    assert "1111 1111" not in screened.body
    assert [one.value for one in screened.found] == ["4111111111111111"]


@pytest.mark.parametrize(
    ("earlier", "body", "gone"),
    [
        (["my visa is four two four two four two four two"], "four two four two four two four two", "four two"),
        (["④②④②④②④②"], "④②④②④②④②", "④②"),
        (["my password is"], "CorrectHorseBattery", "Correct"),
        ([f"visa {CARD}"], "12/27 837", "837"),
    ],
)
def test_a_value_that_is_not_only_digits_is_masked_where_it_ends(earlier: list[str], body: str, gone: str) -> None:
    screened = screen(body, earlier)

    assert may_complete(body)
    assert gone not in screened.body
    assert all(gone not in text for _, text in screened.earlier)


@pytest.mark.parametrize(
    ("question", "answer", "kind"),
    [
        ("What's the security code on the back?", "123", "CARD_SECURITY"),
        ("¿Cuál es el código de seguridad de su tarjeta?", "123", "CARD_SECURITY"),
        ("what's your pin?", "4471", "CREDENTIAL"),
        ("Please send your SSN", "536228761", "US_SSN"),
        ("Kennwort?", "blumen9", "CREDENTIAL"),
    ],
)
def test_what_answers_a_question_of_ours_is_masked_and_the_question_stays(
    question: str, answer: str, kind: str
) -> None:
    screened = screen(answer, ["Hi"], ["Good morning!", question])

    assert may_complete(answer)
    assert answer not in screened.body
    assert [one.finding.type for one in screened.found] == [kind]
    assert [one.value for one in screened.found] == [answer]
    assert screened.earlier == ()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What are the last 4 digits of your card?", "4242"),
        ("What is your order number?", "123456789"),
        ("Your zip code?", "90210"),
        ("What year were you born?", "1984"),
        ("Your appointment is confirmed. Reply 1 to confirm", "1"),
        ("We never ask for your password.", "Ok cool"),
        ("what is your ssn?", "no way"),
        ("Receipt: $52, visa 4753.", "2026-11-04 12:30 works"),
        ("Your password was reset. Questions?", "Thanks Maria"),
        ("What's the security code on the back?", "I would rather call you about that 123 thing at four o'clock"),
    ],
)
def test_an_ordinary_answer_stays(question: str, answer: str) -> None:
    assert screen(answer, [], [question]) == screen(answer)
    assert screen(answer, [], [question]).body == answer


def heard(*texts: str) -> list[str]:
    """What is stored of texts that come one after the other."""
    stored: list[str] = []
    for text in texts:
        screened = screen(text, stored[-5:])
        begin = len(stored) - len(stored[-5:])
        for place, body in screened.earlier:
            stored[begin + place] = body
        stored.append(screened.body)
    return stored


@pytest.mark.parametrize(
    ("texts", "gone"),
    [
        (("my card is 4111 1111 1111", "hold on 1 sec", "1111"), " 1111 1111"),
        (("my card is 4111 1111 1111", "give me 2 minutes", "1111"), " 1111 1111"),
        (("my card is 4111 1111", "exp 04/27", "1111 1111"), "4111 1111"),
        (("my card is 4111 1111", "my phone is 212 555 0181", "1111 1111"), "4111 1111"),
        (("ssn 536 22", "hold on 1 sec", "4188"), "536 22"),
        ((f"visa {CARD}", "code 837"), "837"),
        ((f"visa {CARD}", "837 is the code"), "837"),
        ((f"visa {CARD}", "it's 837"), "837"),
        ((f"visa {CARD}", "(837)"), "837"),
        ((f"visa {CARD}", "#837"), "837"),
        ((f"visa {CARD}", "8 3 7"), "8 3 7"),
        ((f"visa {CARD}", "eight three seven"), "eight"),
        ((f"visa {CARD}", "837 thank you!"), "837"),
        ((f"visa {CARD}", "837 😊"), "837"),
        ((f"visa {CARD}", "John Smith", "837"), "837"),
        ((f"visa {CARD}", "hold on please", "837"), "837"),
        (("1111 1111", "my card is 4111 1111"), "1111 1111"),
        (("4471", "my pin is"), "4471"),
        (("837", "thats the cvv"), "837"),
        (("536224188", "that is my ssn"), "536224188"),
        (("my ssn is 536 22", "hold on please for my card", "4188 pin 9911"), "536 22"),
        ((" code is 8745", " good thru4/27"), "4/27"),
        (("that part number was wrong", "536-22-8761"), "536-22"),
    ],
)
def test_a_value_in_several_texts_is_masked_in_all(texts: tuple[str, ...], gone: str) -> None:
    assert gone not in "\n".join(heard(*texts))


@pytest.mark.parametrize(
    "texts",
    [
        (f"visa {CARD}", "see you at 10:30"),
        (f"visa {CARD}", "my apt is 837"),
        (f"visa {CARD}", "zip 02139"),
        (f"visa {CARD}", "I need 2 tickets"),
        (f"visa {CARD}", "room 312 please"),
        ("not comfortable texting my card", "the coupon expires\nMay 2027"),
        ("forgot my pin", "container MSCU0265856 released?"),
        ("zip is 68441", "last four of my ssn are 9473"),
        ("do you take credit cards?", "milk says exp 12/26"),
    ],
)
def test_what_is_said_beside_stays(texts: tuple[str, ...]) -> None:
    assert heard(*texts)[-1] == texts[-1]


@pytest.mark.parametrize(
    ("earlier", "body"),
    [
        ("can you reset my pin", "our address is 7943 Oak Ridge Rd apt 35"),
        ("I don't want to send my card", "my lease on the flat runs until 08/27"),
        ("forgot my password", "it is the blue house with number 4471 on the door"),
    ],
)
def test_a_word_of_an_earlier_text_takes_nothing_out_of_a_sentence(earlier: str, body: str) -> None:
    assert screen(body, [earlier]).body == body


@pytest.mark.parametrize("card", [CARD, "[card ••••1111]"])
def test_a_code_is_taken_out_of_a_sentence_after_a_card(card: str) -> None:
    body = "and the three digits on the back of it are 837 if you need them"

    assert "837" not in screen(body, [f"charge my visa {card}"]).body


@pytest.mark.parametrize("between", ["is that all?", "Hold on please", "Let me look that up", "the card is in my coat"])
def test_what_stands_between_two_halves_hides_nothing(between: str) -> None:
    screened = screen("1111 1111", ["my visa card is", "4111 1111", between])

    assert screened.body == "[card ••••1111]"
    assert [place for place, _ in screened.earlier] == [1]


def test_what_answers_and_was_found_anyhow_is_noted_once() -> None:
    screened = screen("pin 4471", [], ["what's your pin?"])

    assert "4471" not in screened.body
    assert len(screened.found) == 1


@pytest.mark.parametrize("body", ["Hello, are you open?", "ok", "Thank you!", "Sí, gracias", "STOP", "", "  "])
def test_most_texts_complete_nothing(body: str) -> None:
    assert not may_complete(body)


@pytest.mark.parametrize("body", ["the rest is 1111", "the rest is ١١١١", "④②", "four two", "cuatro dos", "mittens"])
def test_digits_numbers_in_words_and_single_words_may(body: str) -> None:
    assert may_complete(body)


def test_no_value_that_is_stored_nowhere_is_left_of_our_sets() -> None:
    """Whatever the detectors find of it, and however sure they are."""
    left = []
    for item in own_items():
        if item.direction == "in" and item.labels:
            screened = screen(item.parts[-1], item.parts[:-1])
            texts = dict(enumerate(item.parts[:-1])) | dict(screened.earlier)
            stored = [*texts.values(), screened.body]
            left += [(item.text, one) for one in scan(stored) if one.type in REMOVED]
    assert left == []


_AROUND = st.text(alphabet="abc ,.!?\n", max_size=20)


@settings(max_examples=60, deadline=None)
@given(before=_AROUND, after=_AROUND, gap=st.sampled_from(["", " ", "-", ".", "  "]))
def test_nothing_that_must_go_is_found_in_what_is_stored(before: str, after: str, gap: str) -> None:
    written = gap.join(("4242", "4242", "4242", "4242"))
    screened = screen(f"{before} card {written} {after}")

    assert written not in screened.body
    left = [one for one in scan(screened.body) if one.type in REMOVED]
    assert not left
