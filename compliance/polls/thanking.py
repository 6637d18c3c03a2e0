"""What follows an answer that was counted: a word of thanks, once, and an end to what nobody has to read.

Thanks are a text of nobody's own through the gate, asked for like the question: who has opted out gets none, and at
night it waits for the morning. What a colleague has to see first waits as a text of whoever let the poll begin. Only
somebody's first clear answer is thanked for, so no two machines thank each other.
"""

import logging
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Membership
from compliance.content_types.catalogue import CATALOGUE, PARTS, ContentType
from compliance.content_types.classifying import recognize
from compliance.content_types.holding import held_as
from compliance.content_types.rules import linked
from compliance.message_templates.checking import Weight, against, judge
from compliance.message_templates.filling import known
from compliance.message_templates.placeholders import Unfilled, fill, names_in, samples, without_instead
from compliance.models import Escalation, HeldText, Poll, PollAnswer
from tenancy.ids import new_id
from texting import sending
from texting.announcements.writing import CannotAnnounce
from texting.gate import OutsideHours
from texting.inbound_steps import Arrival
from texting.models import Message
from texting.purposes import Purpose
from texting.sending import BadText, Held, Refused
from texting.settling import settle

log = logging.getLogger("parley.polls")

LONGEST = 300  # characters
FILLED = ("first_name", "company", "our_number")
"""The placeholders that thanks may hold: what is known without anybody there."""
LATE = timedelta(hours=4)
"""An answer that came so long after it was written is counted, but no longer thanked for."""
_SURE = frozenset({"company", "our_number"})


def check(words: str, language: str) -> None:
    """Whether everybody may be thanked with these. Raises CannotAnnounce with what is wrong."""
    if not words:
        return
    if len(words) > LONGEST:
        raise CannotAnnounce(_("Thank them with at most %(most)d characters.") % {"most": LONGEST})
    ways = ", ".join(f"{{{name}}}" for name in FILLED)
    for name in names_in(words):
        if name not in FILLED:
            text = _("%(name)s is not known when somebody is thanked. What is: %(ways)s")
            raise CannotAnnounce(text % {"name": f"{{{name}}}", "ways": ways})
    if open_ones := [name for name in without_instead(words) if name not in _SURE]:
        text = _("Say what stands there for those without one: {%(name)s|there}.")
        raise CannotAnnounce(text % {"name": open_ones[0]})
    flaws = against([judge(ContentType.REPLY, language, words, domains=linked())], Weight.NEVER, Weight.BEFORE)
    if flaws:
        raise CannotAnnounce(f"{flaws[0].rule} {flaws[0].act}")
    told = recognize(fill(words, samples(language, words)))
    if parts := CATALOGUE[ContentType.POLL].rules.not_allowed(told.parts):
        text = _("Thanks must not hold %(part)s: what advertises needs permission for marketing.")
        raise CannotAnnounce(text % {"part": PARTS[parts[0]]})


def thank(arrival: Arrival, answer: PollAnswer) -> None:
    """Thank somebody who has just answered for the first time, in the transaction that keeps the answer."""
    if arrival.received_at - arrival.sent_at > LATE:
        return
    poll, thanks_id = _poll(answer), new_id()
    member = _behind(poll)
    values = {**known(member, arrival.contact, arrival.line), "agent_name": ""}
    try:
        with held_as(member), suppress(Held):  # one that is held has the same id when it leaves
            sending.send_text(
                conversation=arrival.conversation,
                body=fill(poll.thanks, values),
                author=None,
                purpose=Purpose.POLL,
                message_id=thanks_id,
                outside_hours=OutsideHours.WAIT,
            )
    except (Refused, BadText, Unfilled) as error:
        log.info("thanks_refused", extra={"text": str(arrival.message_id), "error": type(error).__name__})
        return
    PollAnswer.objects.filter(pk=answer.pk).update(thanks_id=thanks_id)


def settle_if_alone(arrival: Arrival, answer: PollAnswer, settled: Collection[UUID]) -> None:
    """Resolve the conversation when nothing was written in it but questions and `settled`, the ids of these answers."""
    place = {"conversation_id": arrival.conversation.pk}
    if Escalation.objects.filter(state=Escalation.State.OPEN, **place).exists():
        return
    if HeldText.objects.filter(state=HeldText.State.WAITING, **place).exists():
        return
    poll = _poll(answer)
    ours = Q(direction=Message.Direction.OUT, purpose=Purpose.POLL)
    settle(
        arrival.conversation,
        actor=_behind(poll),
        cause=poll.announcement.name,
        nothing_but=ours | Q(pk__in=list(settled)),
    )


def _poll(answer: PollAnswer) -> Poll:
    people = ("started_by", "made_by")
    joined = [f"announcement__{one}__{what}" for one in people for what in ("user", "organization")]
    return Poll.objects.select_related(*joined).get(pk=answer.poll_id)


def _behind(poll: Poll) -> Membership:
    """Whoever let it begin."""
    member: Membership = poll.announcement.started_by or poll.announcement.made_by
    return member
