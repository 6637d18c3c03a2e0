"""What customers' texts say about being texted: written cases, generated ones, and hostile ones."""

import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.words.keywords import classify, norm
from tests.scaling import grows_in_step

CASES = [json.loads(line) for line in Path(__file__).with_name("reply_cases.jsonl").read_text("utf-8").splitlines()]

# The reference set of the domain notes, with the tier where the notes name one.
MUST_OPT_OUT = {
    0: """stop|STOP.| Stop |stop!!!|"Stop"|STOP 🛑|stop please|pls stop|STOPALL|stop all|opt out|Opt-Out|OPTOUT
        |opt me out|Unsubcribe|quit it|end|revoke|ARRÊT|arret svp|ＳＴＯＰ|s t o p|stop stop stop|stoppp
        |unsuscribe|cancell|no más mensajes""",
    1: """Stop texting me|stop sending me these|unsubscribe me|take me off your list|remove my number from your system
        |don't text me anymore|do not contact me again|I don't want these messages|lose my number
        |I withdraw my consent""",
}
MUST_NOT = """Can I stop by at 5?|what stop do I get off at|don't stop the service!|nonstop flight?
    |cancel my appointment|please don't stop sending the reminders|I need to cancel order 4417|end of day works
    |the trailer's front end
    |I quit smoking in May|Can you stop the delivery, I'm not home|how do I stop the alarm|stop payment on check 1021
    |we'll see you at the bus stop|is the sale ending or can I start now|Liked "Reply STOP to unsubscribe"
    |don't text me after 9pm|remove the onions please|yes|info on pricing?|help me move the appt|start at 9?
    |quit playing lol|opt for the blue one|shop|step|stoop"""
MUST_REVIEW = """Do I have to reply STOP?|don't text, call me|unsubscribe me from the emails, texts are fine
    |🛑|🚫|🖕|⛔|👎"""


def split(words: str) -> list[str]:
    return [word.split("\n")[0] for word in words.split("|")]


@pytest.mark.parametrize(
    ("tier", "text"), [(tier, text) for tier, texts in MUST_OPT_OUT.items() for text in split(texts)]
)
def test_the_reference_set_opts_out_in_its_tier(tier: int, text: str) -> None:
    reply = classify(text)
    assert (reply.action, reply.tier) == ("opt_out", tier)


@pytest.mark.parametrize("text", split(MUST_NOT))
def test_the_reference_set_of_other_texts_means_nothing(text: str) -> None:
    reply = classify(text)
    assert (reply.action, reply.tier) == ("none", None)


@pytest.mark.parametrize("text", split(MUST_REVIEW))
def test_the_reference_set_of_unclear_texts_goes_to_a_person(text: str) -> None:
    reply = classify(text)
    assert (reply.action, reply.tier) == ("review", 2)
    assert reply.matched


def test_two_thousand_written_texts_are_understood() -> None:
    wrong = [
        f"{case['text']!r}: {classify(case['text']).action}, not {case['action']}"
        for case in CASES
        if classify(case["text"]).action != case["action"]
    ]
    assert len(CASES) > 2000
    assert not wrong, "\n".join(wrong)


# A small grammar: every combination must be understood the same way.
BEFORE = [
    "",
    "please ",
    "Hi, ",
    "PLEASE ",
    "can you please ",
    "I said ",
    "Wrong number. ",
    "ok ",
    "I'm not interested, ",
]
WISHES = [
    "stop texting me",
    "Stop sending me texts",
    "remove me from your list",
    "take my number off this list",
    "unsubscribe me",
    "don't text me again",
    "do not contact me anymore",
    "lose my number",
    "leave me alone",
    "stop all messages",
]
AFTER = [
    "",
    "!",
    "...",
    " please",
    " now",
    " thanks",
    " 🙏",
    "\nSent from my iPhone",
    ". I never signed up for this",
    " 😡😡",
]
LIMITS = [" after 9pm", " lol", " when I'm at work", " until Monday", " about the car", ", call me instead"]
ORDINARY = [
    "Can I stop by {}?",
    "I'll stop in {}",
    "cancel my appointment {}",
    "I quit my job {}",
    "the end of the day {}",
    "is there a bus stop near you {}",
    "can you remove the stain {}",
    "don't stop {}",
    "start the job {}",
]
ENDINGS = ["today", "tomorrow at 5", "please", "thanks!", "😀", "if that's ok", "next week\nAna", "- Sam"]


@pytest.mark.parametrize("wish", WISHES)
def test_a_wish_is_heard_whatever_stands_around_it(wish: str) -> None:
    heard = {before + wish + after: classify(before + wish + after).action for before, after in product(BEFORE, AFTER)}
    assert {text: action for text, action in heard.items() if action != "opt_out"} == {}


@pytest.mark.parametrize("wish", WISHES)
def test_a_limited_wish_never_opts_out_by_itself(wish: str) -> None:
    heard = {wish + limit: classify(wish + limit).action for limit in LIMITS}
    assert {text: action for text, action in heard.items() if action == "opt_out"} == {}


@pytest.mark.parametrize("ordinary", ORDINARY)
def test_ordinary_sentences_with_stop_words_mean_nothing(ordinary: str) -> None:
    heard = {ordinary.format(ending): classify(ordinary.format(ending)).action for ending in ENDINGS}
    assert {text: action for text, action in heard.items() if action != "none"} == {}


REACTIONS = [
    "Liked “{}”",
    'Loved "{}"',
    "Disliked “{}”",
    "Laughed at “{}”",
    "Emphasized “{}”",
    "Questioned “{}”",
    "👍 to “{}”",
    "❤️ to “{}”",
    "Reacted 😂 to “{}”",
    "Removed a like from “{}”",
    "Removed 👍 from “{}”",
    "A aimé « {} »",
    "Le gustó “{}”",
    "Liked “{}",
]


@pytest.mark.parametrize("reaction", REACTIONS)
@pytest.mark.parametrize("ours", ["STOP", "Reply STOP to opt out", "stop texting me", "unsubscribe me\nfrom your list"])
def test_a_reaction_means_nothing_whatever_it_quotes(reaction: str, ours: str) -> None:
    reply = classify(reaction.format(ours))
    assert (reply.action, reply.matched) == ("none", "reaction")


@given(st.sampled_from(REACTIONS), st.text(max_size=60))
def test_no_reaction_ever_opts_out(reaction: str, quoted: str) -> None:
    quoted = quoted.translate({ord(mark): None for mark in '”“»«"„‟〝〞＂'})
    assert classify(reaction.format(quoted)).action == "none"


def test_what_the_customer_writes_after_a_reaction_counts() -> None:
    assert classify("Liked “See you at 5. Reply STOP to opt out”\nSTOP").action == "opt_out"
    assert classify("> Reply STOP to opt out\nok see you").action == "none"


def test_an_automatic_answer_opts_nobody_out_but_a_wish_in_it_is_looked_at() -> None:
    assert classify("Auto-Reply: we are closed. Reply STOP to opt out.").action == "none"
    assert classify("Automatic reply: I left the company. Stop texting me.").action == "review"


@pytest.mark.parametrize("text", ["yes", "YES!", "y", "Yes please", "sí", "oui", "resume"])
def test_yes_means_start_only_from_someone_who_opted_out(text: str) -> None:
    assert classify(text).action == "none"
    assert classify(text, opted_out=True).action == "start"


@pytest.mark.parametrize("text", ["start", "UNSTOP", "Start please", "debut", "opt back in"])
def test_start_words_always_mean_start(text: str) -> None:
    assert classify(text).action == classify(text, opted_out=True).action == "start"


def test_someone_who_opted_out_may_ask_in_words() -> None:
    assert classify("Please start texting me again").action == "none"
    assert classify("Please start texting me again", opted_out=True).action == "start"
    assert classify("yes I will stop by", opted_out=True).action == "none"
    assert classify("STOP", opted_out=True).action == "opt_out"


def test_one_slip_is_forgiven_in_long_words_only() -> None:
    assert [classify(word).action for word in ("unsubscibe", "unsubsrcibe", "cancle", "revok", "optuot")] == [
        "opt_out"
    ] * 5
    assert [classify(word).action for word in ("cancer", "remote", "evoke", "top", "shop", "stomp")] == ["none"] * 6
    assert classify("stpo").action == "review"


def test_a_language_can_be_left_out() -> None:
    assert classify("alto").action == "opt_out"
    assert classify("alto", languages=("en",)).action == "none"
    with pytest.raises(KeyError):
        classify("alto", languages=("xx",))


def test_norm_reduces_a_text_to_plain_words() -> None:
    assert norm("  ＳＴＯＰ!!  ") == "stop"
    assert norm("Arrêt\u200b, s'il vous plaît ❤️") == "arret s il vous plait"
    assert norm("🅢🅣🅞🅟 🇸🇹🇴🇵 𝐬𝐭𝐨𝐩") == "stop stop stop"
    assert norm("🛑!?") == ""


@given(st.text())
def test_norm_is_stable(text: str) -> None:
    assert norm(norm(text)) == norm(text)


@given(st.text(max_size=300), st.booleans())
def test_any_text_gets_an_answer_that_holds_together(text: str, opted_out: bool) -> None:
    reply = classify(text, opted_out=opted_out)
    assert (reply.action == "none") == (reply.tier is None)
    assert (reply.action == "review") == (reply.tier == 2)
    assert reply.rules_version == classify("").rules_version


HOSTILE = [
    "stop ",
    "stop, ",
    "stop. ",
    "please ",
    "i dont want ",
    "don't ",
    "s t o p ",
    "“",
    '"',
    "« ",
    "> \n",
    "Liked “",
    "no more ",
    "unsubscribbe ",
    "🛑",
    "e\u0301",
    "\u200b",
    "x:",
    "- ",
    "STOP Aa ",
    "on it wrote:\n",
    "stop texting me i ",
    "stop the ",
    "'",
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_hostile_text_takes_time_in_step_with_its_length(unit: str) -> None:
    def judge(length: int) -> None:
        classify((unit * length)[:length])

    assert grows_in_step(judge, size=5_000, times=4, at_most=12, floor=0.02)
