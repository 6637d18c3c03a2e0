"""Whether the carrier has answered a keyword by itself: then a second answer of ours would break the rules.

Long codes and short codes whose line says so; toll-free numbers always, because the network does it whatever the
provider is told (and only for STOP, START and UNSTOP); any text of which the provider says what it made of it.
"""

from typing import Literal

from compliance.words.keywords import norm
from texting.models import Line
from texting.phone_numbers import PhoneKind, described

Asked = Literal["opt_out", "start", "help"]

_WORDS: dict[Asked, frozenset[str]] = {  # whole texts (DOMAIN 1.1, 1.3)
    "opt_out": frozenset({"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel"}),
    "start": frozenset({"start", "yes", "unstop"}),
    "help": frozenset({"help", "info"}),
}
_TOLL_FREE: dict[Asked, frozenset[str]] = {
    "opt_out": frozenset({"stop"}),
    "start": frozenset({"start", "unstop"}),
    "help": frozenset(),
}
_TYPES: dict[Asked, str] = {"opt_out": "STOP", "start": "START", "help": "HELP"}


def carrier_has_answered(line: Line, body: str, asked: Asked, *, opt_out_type: str = "") -> bool:
    """`opt_out_type`: what the provider made of the text, as it wrote it; "" when it says nothing."""
    if opt_out_type.upper() == _TYPES[asked]:
        return True
    words = norm(body)
    if line.carrier_answers_keywords and words in _WORDS[asked]:
        return True
    return words in _TOLL_FREE[asked] and described(line.number).kind is PhoneKind.TOLL_FREE
