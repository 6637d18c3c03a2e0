"""What an e-mail must not hold: what no text holds. It passes servers of others unsealed, as a text does."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from compliance.detectors import Finding, scan
from compliance.screening.excepted import Exceptions
from compliance.screening.words import name_of, what_to_do
from tenancy.word_lists import all_of


@dataclass(frozen=True)
class Seen:
    """`refusal`: why it may not be sent, and what to do; `warning`: what to look at; both "" when all is well."""

    refusal: str = ""
    warning: str = ""


def look(words: str) -> Seen:
    """Judge subject and body, as an outbound text is judged (`send_policies.content`)."""
    found, _used = Exceptions().without(scan(words, direction="out"))
    sure = [one for one in found if one.confidence != "low"]
    if sure:
        text = _("This e-mail holds %(what)s, which must not be sent by e-mail.") % {"what": _named(sure)}
        return Seen(refusal=f"{text} {what_to_do(one.type for one in sure)}")
    if found:
        text = _("This may be %(what)s.") % {"what": _named(found)}
        return Seen(warning=f"{text} {_('If it is, use a secure message or the phone. If not, tick that you looked.')}")
    return Seen()


def _named(found: list[Finding]) -> str:
    kinds = list(dict.fromkeys(one.type for one in found))
    return all_of(name_of(kind) for kind in kinds[:2])
