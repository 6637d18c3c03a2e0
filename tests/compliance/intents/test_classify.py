"""What a customer's text wants: told apart from what only sounds like it, with reasons that sum to the score."""

from math import fsum

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compliance.intents import MODEL_VERSION, classify, model, words
from compliance.intents.features import features_of
from compliance.intents.gate import Gate, read_gate
from compliance.intents.model import read_weights
from compliance.intents.words import Reader
from tests.scaling import grows_in_step

CONFUSED, ASKS, OFFERS = "CONSENT_CONFUSION", "SENSITIVE_REQUEST", "CARD_OFFER"


def names(text):
    return {intent.name for intent in classify(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("who dis", CONFUSED),
        ("Y R U TEXTING ME", CONFUSED),
        ("I’ve never signed up for these!", CONFUSED),
        ("how'd you even get my number??", CONFUSED),
        ("por qué me mandan mensajes", CONFUSED),
        ("comment avez-vous eu mon numéro ?", CONFUSED),
        ("STOP texting me, I never gave you permission", CONFUSED),
        ("wat r my results", ASKS),
        ("can u just txt me my test reslts", ASKS),
        ("I can't get into the portal. what did the biopsy show?", ASKS),
        ("what's my account balance", ASKS),
        ("mándame los resultados por aquí", ASKS),
        ("Can I just text you my card number?", OFFERS),
        ("ill send u a pic of my visa", OFFERS),
        ("the link is broken, want my card details instead?", OFFERS),
        ("te paso el número de mi tarjeta", OFFERS),
        ("je vous envoie ma carte par sms", OFFERS),
    ],
)
def test_what_is_wanted_is_told_in_three_languages_and_in_slang(text, expected):
    assert names(text) == {expected}


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop texting me",
        "how do I sign up for texts",
        "who is this cake for?",
        "why is my order late",
        "I never signed the lease",
        "are my results ready?",
        "please call me about my results",
        "don't text me my results, call me",
        "how do I log in to the portal",
        "I forgot my password",
        "do you take cards?",
        "use the card on file",
        "I will not send my card over text",
        "I'd never text you my card number",
        "can I call you with my card number",
        "here is my insurance card",
        "can I send a gift card",
        "my ssn is 123-45-6789",
        "I tested positive for covid, have to cancel",
        "see you Tuesday at 3",
        "",
        "   \n",
        "?",
        "👍",
    ],
)
def test_what_only_sounds_like_it_is_left_alone(text):
    assert names(text) == set()


def test_a_text_may_want_two_things():
    assert names("who is this?? and what are my test results") == {CONFUSED, ASKS}


def test_reasons_sum_to_the_score_and_the_strongest_comes_first():
    (intent,) = classify("Hi, why are you texting me? I never signed up")
    weights = [reason.weight for reason in intent.reasons]
    assert intent.score == fsum(weights) > 0
    assert [abs(weight) for weight in weights] == sorted(map(abs, weights), reverse=True)
    assert "always" in {reason.feature for reason in intent.reasons}


def test_reasons_hold_no_word_that_the_model_does_not_know():
    """So that a name or a number in a text never gets into a log by way of a reason."""
    (intent,) = classify("Xiomara Quetzal 4155550123 gave you my number, who is this")
    told = " ".join(reason.feature for reason in intent.reasons)
    assert not {"xiomara", "quetzal", "4155550123"} & set(told.lower().replace("..", " ").split())


def test_the_version_tells_the_data_it_was_made_from():
    assert MODEL_VERSION.startswith("1-")
    assert len(MODEL_VERSION) == 12


@given(st.text(max_size=400))
def test_no_text_is_too_strange(text):
    assert names(text) <= {CONFUSED, ASKS, OFFERS}


READER = Reader(["is"])


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_plain_texts_are_read_like_all_others(text):
    """Plain ASCII is read as bytes; a sign that is nothing makes the same text go the long way."""
    assert words.gate_words(text) == words.gate_words(text + "\u2019")
    assert READER.read(text) == READER.read(text + "\u2019")


@pytest.mark.parametrize("piece", ["who is this ", "my card ", "a", "who?", "résultats ", "\u200b", "card" * 9 + " "])
def test_time_is_in_step_with_the_length_of_the_text(piece):
    assert grows_in_step(lambda size: classify(piece * size), size=500, times=8, at_most=14, floor=0.002)


def test_a_question_in_a_long_text_is_found():
    assert CONFUSED in names(
        "The weather was nice and the garden looks lovely. " * 30 + "Who is this? Why are you texting me?"
    )


@pytest.mark.parametrize("unseen", "\x00\x01\x1f\x7f\x9f\u00ad\u0301\u200b\u2060\ufe0f\ufeff")
def test_what_is_not_seen_between_letters_hides_no_word(unseen):
    assert names(unseen.join("who is this")) == {CONFUSED}
    assert names(unseen.join("what are my test results")) == {ASKS}


KNOWN_WORDS = read_weights(model.read_data("weights.tsv"))[0]
LEARNED_WITH = Reader(KNOWN_WORDS)
GATE = Gate(*read_gate(model.read_data("gate.tsv")))
SPELLED = [*KNOWN_WORDS[::5], *sorted(words.read_lexicon())[::40]]
WEIGHTED = {name for name in read_weights(model.read_data("weights.tsv"))[1] if name}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([*sorted(READER.names())[::7], "|", "_", "0", "my", "card"]), min_size=2, max_size=20))
def test_walking_over_a_sentence_finds_the_features_that_have_a_weight(tokens):
    found = {feature.name for feature in model.KNOWN.features_of([model.KNOWN.word(token) for token in tokens])}
    assert found == features_of(tokens) & WEIGHTED


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([*SPELLED, *".,?|\n", "no.", "dr.", "2pm", "qqq", "!?", "\u2019"]), max_size=30))
@example(["my", "no.", "5", "!", "qqq", "zzz", ",", ",", "dr.", "who", "2pm", ",", "?", "?", "no", ","])
def test_gate_and_model_read_what_their_weights_were_learned_from(pieces):
    text = " ".join(pieces)
    read = model.KNOWN.read(text)
    assert [[word.name for word in sentence] for sentence in model.KNOWN.sentences(read)] == LEARNED_WITH.read(text)
    assert fsum(word.weight for word in read) == pytest.approx(GATE.weigh(text))
