"""Why a text is sent, and what follows from it: its turn, how long it is worth sending, what to do when it got lost.

No provider takes an idempotency key for texts. So when an answer is lost and the provider's list does not hold the
text ten minutes later, it is one of two harms: the text twice, or not at all. Which is worse depends on what it says;
`TERMS` is that decision, for each purpose, in one place.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum


class Purpose(StrEnum):
    """Those that end in `ANSWER` are owed to whoever wrote, by law, by the carriers' rules or by decency."""

    OPT_OUT_ANSWER = "opt_out_answer"
    OPT_IN_ANSWER = "opt_in_answer"
    HELP_ANSWER = "help_answer"
    WRONG_NUMBER_ANSWER = "wrong_number_answer"
    SAFE_WAY_ANSWER = "safe_way_answer"
    OPT_IN_QUESTION = "opt_in_question"
    CODE = "code"
    RECEIPT = "receipt"
    REPLY = "reply"
    PRIVATE_LINK = "private_link"
    PRIVATE_CODE = "private_code"
    APPOINTMENT = "appointment"
    ALERT = "alert"
    POLL = "poll"
    BULK = "bulk"


class WhenAbsent(StrEnum):
    """What happens to a text that may have been handed over and that the provider does not have, for all it says."""

    NEVER_AGAIN = "never_again"  # it failed; at most once
    ONCE_AGAIN = "once_again"  # sent again by itself, once, and marked so; exactly once unless the provider hides it
    UNTIL_DEADLINE = "until_deadline"  # sent again until its deadline, then it fails loudly; at least once


@dataclass(frozen=True)
class Terms:
    """What follows from a purpose.

    `priority`: lower goes first; replies pass before bulk so that a campaign cannot make a person wait. `life`: how
    long a text may wait when its sender gives no deadline. `owed`: it waits for no other text to the same person.
    """

    priority: int
    life: timedelta
    when_absent: WhenAbsent
    owed: bool = False


# A confirmation later than five minutes would need a showing of reasonableness: 47 CFR 64.1200(a)(12).
_ANSWER = Terms(0, timedelta(minutes=5), WhenAbsent.NEVER_AGAIN, owed=True)
TERMS = {
    Purpose.OPT_OUT_ANSWER: _ANSWER,
    Purpose.OPT_IN_ANSWER: _ANSWER,
    Purpose.HELP_ANSWER: _ANSWER,
    Purpose.WRONG_NUMBER_ANSWER: _ANSWER,
    Purpose.SAFE_WAY_ANSWER: _ANSWER,
    # Asked once and never again; a YES counts for 72 hours, so a question that waited longer would be in vain.
    Purpose.OPT_IN_QUESTION: Terms(2, timedelta(hours=72), WhenAbsent.NEVER_AGAIN),
    # The person asks for a new code; an older one that comes after it would only confuse.
    Purpose.CODE: Terms(1, timedelta(minutes=10), WhenAbsent.NEVER_AGAIN),
    # They have paid this instant and wait for a word; a second "we have received" would look like a second payment.
    Purpose.RECEIPT: Terms(2, timedelta(hours=4), WhenAbsent.NEVER_AGAIN),
    Purpose.REPLY: Terms(1, timedelta(hours=4), WhenAbsent.ONCE_AGAIN),
    Purpose.PRIVATE_LINK: Terms(1, timedelta(hours=4), WhenAbsent.ONCE_AGAIN),
    Purpose.PRIVATE_CODE: Terms(1, timedelta(minutes=10), WhenAbsent.NEVER_AGAIN),
    Purpose.APPOINTMENT: Terms(5, timedelta(hours=4), WhenAbsent.UNTIL_DEADLINE),
    Purpose.ALERT: Terms(2, timedelta(hours=4), WhenAbsent.UNTIL_DEADLINE),
    # Asked twice, it would be answered twice, or be an annoyance.
    Purpose.POLL: Terms(5, timedelta(hours=4), WhenAbsent.NEVER_AGAIN),
    # Long enough to wait for the next day's ceiling.
    Purpose.BULK: Terms(9, timedelta(hours=30), WhenAbsent.NEVER_AGAIN),
}
FOR_MANY = (Purpose.ALERT, Purpose.APPOINTMENT, Purpose.POLL, Purpose.BULK)
"""What an announcement may be for, and so which permission it needs."""


def terms_of(purpose: Purpose, *, many: bool = False) -> Terms:
    """The purpose's terms; one of `many` equal texts has the turn and the life of a bulk text, whatever it is for."""
    terms, bulk = TERMS[purpose], TERMS[Purpose.BULK]
    return replace(terms, priority=bulk.priority, life=bulk.life) if many else terms


PRIVATE = frozenset({Purpose.PRIVATE_LINK, Purpose.PRIVATE_CODE})
"""What only the customer may read: a link or a code that opens something. Nobody else is shown its words."""
TO_BLOCKED = frozenset({Purpose.OPT_OUT_ANSWER, Purpose.HELP_ANSWER, Purpose.CODE})
"""All that a blocked contact gets: what carriers' rules ask for, and a code for a colleague who has that number."""
URGENT_PRIORITY = 2  # and below: somebody waits for the text
OWED_PRIORITY = 0  # the priority of those that are owed, and of no others
