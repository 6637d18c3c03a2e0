"""Mails that came in, at the escalation that they are about: an answer is kept sealed, a bounce ends its letter.

The token in the address decides, before the mails that it answers. A mail that comes twice is one.
"""

import logging
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notices
from accounts.mail import MailKind
from accounts.models import Membership
from compliance.escalations.noting import note
from compliance.models import Escalation, EscalationEvent, Letter, ReplyKey
from compliance.other_channels.mail import addresses, following
from compliance.other_channels.mail.reading import Incoming, Kind
from compliance.other_channels.mail.reply_address import digest, letter_id
from compliance.screening.masking import kept
from tenancy.isolation import activate
from texting.models import Contact, Conversation

log = logging.getLogger("parley.letters")
State, Direction = Letter.State, Letter.Direction
MOST_ANSWERS = 200  # kept of one escalation: whoever has the address could fill it


class Outcome(StrEnum):
    """What became of a mail here."""

    KEPT = "kept"
    REPEATED = "repeated"
    BOUNCED = "bounced"
    NOTHING_NEW = "nothing_new"  # a delay, or a report on what has ended already
    UNKNOWN = "unknown"  # about no escalation
    ERASED = "erased"  # the customer was erased
    TOO_MANY = "too_many"


def receive(incoming: Incoming, *, raw_mark: bytes, is_cut: bool) -> Outcome:
    """Take one mail, in a transaction of its own. `raw_mark` tells mails without a Message-ID apart."""
    key = _key(incoming)
    if key is None:
        return Outcome.UNKNOWN
    with activate(key.organization_id):
        mine = _locked(key)
        if mine is None:
            return Outcome.UNKNOWN
        if incoming.kind in (Kind.BOUNCE, Kind.DELAY):
            return _bounced(mine, incoming)
        mark = digest(incoming.message_id) if incoming.message_id else raw_mark
        return _answered(mine, incoming, mark, is_cut=is_cut)


def _key(incoming: Incoming) -> ReplyKey | None:
    """By the token, or else the newest mail that it answers."""
    for words in (incoming.tokens, incoming.ids[::-1]):
        wanted = [digest(word) for word in words]
        found = {bytes(row.digest): row for row in ReplyKey.objects.filter(digest__in=wanted)}
        if known := [found[one] for one in wanted if one in found]:
            return known[0]
    return None


def _locked(key: ReplyKey) -> Escalation | None:
    held = Escalation.objects.filter(pk=key.escalation_id).first()
    if held is None:
        return None
    threads = Conversation.objects.select_for_update(of=("self",), no_key=True)
    list(threads.filter(pk=held.conversation_id).values_list("pk"))
    return Escalation.objects.select_for_update(of=("self",), no_key=True).get(pk=held.pk)


def _answered(mine: Escalation, incoming: Incoming, mark: bytes, *, is_cut: bool) -> Outcome:
    if Letter.objects.filter(mark=mark).exists():
        return Outcome.REPEATED
    if Letter.objects.filter(escalation=mine, direction=Direction.IN).count() >= MOST_ANSWERS:
        return Outcome.TOO_MANY
    if addresses.is_erased(Contact.objects.filter(pk=mine.contact_id).first()):
        return Outcome.ERASED
    _keep(mine, incoming, mark, is_cut=is_cut)
    return Outcome.KEPT


def _keep(mine: Escalation, incoming: Incoming, mark: bytes, *, is_cut: bool) -> None:
    words = kept(incoming.text) or _("(no text)")
    if is_cut:
        words += "\n\n" + _("(The e-mail is larger than what is read; look into the mailbox for the rest.)")
    automatic = incoming.kind is Kind.AUTOMATIC
    letter = Letter.objects.create(
        escalation=mine,
        contact_id=mine.contact_id,
        direction=Direction.IN,
        state=State.RECEIVED,
        failure="automatic" if automatic else "",
        mark=mark,
        address=incoming.sender,
        subject=kept(incoming.subject),
        body=words,
        at=timezone.now(),
    )
    if automatic:
        return
    note(mine, EscalationEvent.Kind.ANSWERED, facts={"letter": str(letter.pk)})
    members = Membership.objects.select_related("user", "organization").filter(is_active=True)
    owner = members.filter(pk=mine.owner_id).first() if mine.owner_id else None
    if owner is not None:
        notices.tell_member(owner, MailKind.ESCALATION_ANSWERED, route="escalations")


def _bounced(mine: Escalation, incoming: Incoming) -> Outcome:
    letters = Letter.objects.select_for_update(of=("self",), no_key=True)
    ours = letters.filter(escalation=mine, direction=Direction.OUT, state__in=(State.QUEUED, State.SENT))
    named = [found for word in incoming.ids if (found := letter_id(word))]
    letter = ours.filter(mail_id__in=named).first() if named else ours.order_by("-id").first()
    if letter is None or incoming.kind is Kind.DELAY:
        return Outcome.NOTHING_NEW
    following.settle(letter, State.BOUNCED, incoming.status)
    return Outcome.BOUNCED
