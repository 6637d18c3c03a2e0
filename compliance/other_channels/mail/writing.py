"""Sending an e-mail about an escalation: once for each press, without a word of the texts, as the first contact."""

from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.mail import BadAddress, TooManyMails
from accounts.mail import letters as post
from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.escalations.acting import lock_open, reached
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.noting import note
from compliance.models import Escalation, EscalationEvent, Letter
from compliance.opt_out.answers import settings_now
from compliance.other_channels.mail import addresses, reply_address, screening
from compliance.other_channels.mail.texts import LONGEST_BODY, LONGEST_SUBJECT, cleaned, replies_are_read
from texting.models import Conversation

MOST_AN_ESCALATION = 20


@dataclass(frozen=True)
class Wanted:
    """`to`: an address, empty for the one that is known. `looked`: warnings were read."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    press: UUID
    looked: bool = False


def send(*, member: Membership, escalation: Escalation, conversation: Conversation, wanted: Wanted) -> Letter:
    """Queue it. The same press again is the same mail. Nobody's escalation becomes the member's.

    Raises CannotAct (closed, no or a bad address, words that must not be mailed, too many), MissingPermission.
    """
    require(member, Permission.ESCALATIONS_HANDLE, Permission.MESSAGES_SEND)
    list(Conversation.objects.select_for_update(of=("self",), no_key=True).filter(pk=conversation.pk).values_list("pk"))
    mine = lock_open(escalation)
    if before := Letter.objects.filter(press=wanted.press).first():
        if (before.member_id, before.escalation_id) != (member.pk, mine.pk):
            raise CannotAct(_("Open the form again."))
        return before
    if addresses.is_erased(conversation.contact):
        raise CannotAct(_("This customer was erased."))
    subject, body = " ".join(wanted.subject.replace("\x00", "").split()), cleaned(wanted.body)
    _check(subject, body, looked=wanted.looked)
    earlier = list(Letter.objects.filter(escalation=mine).order_by("id").values_list("mail_id", flat=True))
    if len(earlier) >= MOST_AN_ESCALATION:
        raise CannotAct(_("They got many e-mails already. Call them."))
    try:
        to = addresses.keep(member, conversation.contact, wanted.to)
        mail_id = _queue(mine, to, subject, body, tuple(one for one in earlier if one))
    except BadAddress:
        raise CannotAct(_("Type an e-mail address, such as maria@example.com.")) from None
    except TooManyMails:
        raise CannotAct(_("This address got many e-mails within an hour. Wait a little.")) from None
    now = timezone.now()
    letter = Letter.objects.create(
        escalation=mine,
        contact_id=mine.contact_id,
        member=member,
        press=wanted.press,
        mail_id=mail_id,
        address=to,
        subject=subject,
        body=body,
        at=now,
    )
    reply_address.learn(mine, mail_id)
    if mine.owner_id is None:
        mine.owner = member
        mine.save(update_fields=["owner"])
    reached(mine, member, Escalation.Channel.EMAIL, now)
    note(mine, EscalationEvent.Kind.MAILED, actor=member, facts={"letter": str(letter.pk), "owner": str(mine.owner_id)})
    return letter


def _check(subject: str, body: str, *, looked: bool) -> None:
    if not subject or not body:
        raise CannotAct(_("Write a subject and a text."))
    if len(subject) > LONGEST_SUBJECT or len(body) > LONGEST_BODY:
        raise CannotAct(_("Write at most %(most)d characters.") % {"most": LONGEST_BODY})
    seen = screening.look(f"{subject}\n{body}")
    if seen.refusal:
        raise CannotAct(seen.refusal)
    if seen.warning and not looked:
        raise CannotAct(seen.warning)


def _queue(mine: Escalation, to: str, subject: str, body: str, follows: tuple[UUID, ...]) -> UUID:
    """Answers come to the mailbox that is read, or else to the organization's own address for customers."""
    answer_to = reply_address.of(mine) if replies_are_read() else ""
    letter = post.Letter(
        subject=subject,
        text=body,
        sender=mine.organization.name,
        reply_to=answer_to or settings_now().email,
        bounces_to=answer_to,
        follows=follows,
    )
    return post.queue_letter(to=to, letter=letter)
