"""Why a text is sent. The gate's rules differ by purpose, and so does its turn in the outbox."""

from enum import StrEnum


class Purpose(StrEnum):
    """Those that end in `ANSWER` are owed to the customer by law or by the carriers' rules."""

    OPT_OUT_ANSWER = "opt_out_answer"
    OPT_IN_ANSWER = "opt_in_answer"
    HELP_ANSWER = "help_answer"
    REPLY = "reply"
    BULK = "bulk"


# Lower goes first. Replies pass before bulk so that a campaign cannot make a person wait.
PRIORITY = {
    Purpose.OPT_OUT_ANSWER: 0,
    Purpose.OPT_IN_ANSWER: 0,
    Purpose.HELP_ANSWER: 0,
    Purpose.REPLY: 1,
    Purpose.BULK: 9,
}
