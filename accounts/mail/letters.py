"""Letters: mails that a person writes to somebody outside, through the same queue.

They are plain text without a frame, come from the company by name, can be answered, and say nothing of a machine.
Which words they may hold is for the caller to check.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from accounts.mail.addresses import checked_address, recipient_digest
from accounts.mail.kinds import LETTER, LETTER_TERMS
from accounts.mail.queueing import WINDOW, TooManyMails, put
from accounts.mail.writing import LONGEST_SUBJECT, Envelope, Written
from accounts.models import OutgoingMail
from tenancy.ids import new_id


@dataclass(frozen=True)
class Letter:
    """`sender` is the company's name, `reply_to` an address or "". `follows`: ids of mails of the same thread."""

    subject: str
    text: str
    sender: str
    reply_to: str = ""
    bounces_to: str = ""
    follows: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class LetterState:
    """Where a letter is: a state of `OutgoingMail` and a word for what went wrong, also while it is tried again."""

    state: str
    failure: str


def queue_letter(*, to: str, letter: Letter) -> UUID:
    """Put it on its way when the running transaction commits. Returns its id. Raises BadAddress, TooManyMails."""
    address = checked_address(to)
    recent = OutgoingMail.objects.filter(
        recipient=recipient_digest(address), kind=LETTER, queued_at__gt=timezone.now() - WINDOW
    )
    if recent.count() >= LETTER_TERMS.an_hour:
        raise TooManyMails
    envelope = Envelope(
        sender=" ".join(letter.sender.split()),
        reply_to=checked_address(letter.reply_to) if letter.reply_to else "",
        bounces_to=checked_address(letter.bounces_to) if letter.bounces_to else "",
        follows=tuple(str(mail_id) for mail_id in letter.follows),
    )
    written = Written(" ".join(letter.subject.split())[:LONGEST_SUBJECT], letter.text.strip() + "\n", envelope)
    return put(new_id(), LETTER, address, written, LETTER_TERMS)


def letter_states(mail_ids: list[UUID]) -> dict[UUID, LetterState]:
    """By id; a letter that ended more than a month ago is not known any more."""
    rows = OutgoingMail.objects.filter(pk__in=mail_ids, kind=LETTER).values_list("pk", "state", "failure")
    return {pk: LetterState(state, failure) for pk, state, failure in rows}


LIFE: timedelta = LETTER_TERMS.life
"""After that a letter is not sent any more."""
