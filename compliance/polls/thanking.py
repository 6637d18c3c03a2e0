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
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from compliance.content_types.catalogue import CATALOGUE, PARTS, ContentType
from compliance.content_types.classifying import recognize
from compliance.content_types.holding import held_as
from compliance.content_types.rules import FORBIDDEN, Action, decided, linked
from compliance.message_templates.checking import Weight, against, judge
from compliance.message_templates.filling import known
from compliance.message_templates.placeholders import Unfilled, fill, names_in, samples, without_instead
from compliance.models import Escalation, HeldText, Poll, PollAnswer
from compliance.polls.choosing import chosen, is_all
from tenancy.encryption import prefetch, readable
from tenancy.ids import new_id
from texting import sending
from texting.announcements.writing import CannotAnnounce
from texting.gate import OutsideHours
from texting.inbound_steps import Arrival
from texting.models import Conversation, Message
from texting.purposes import Purpose
from texting.sending import BadText, Held, Refused
from texting.settling import settle

log = logging.getLogger("parley.polls")

LONGEST = 300  # characters
FILLED = ("first_name", "company", "our_number")
"""The placeholders that thanks may hold: what is known without anybody there."""
LATE = timedelta(hours=4)
"""An answer that came so long after it was written is counted, but no longer thanked for."""
DECIDED = timedelta(hours=1)
"""So far back it is looked at what a colleague has decided about thanks."""
MOST_ANSWERS = 50
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
    if action_on(words, language) is Action.STOP:
        raise CannotAnnounce(
            _("Your organization lets no texts leave that read like these thanks. Word them differently.")
        )


def action_on(words: str, language: str) -> Action:
    """What happens to thanks with these words, by what the organization decided about texts of their type."""
    told = recognize(fill(words, samples(language, words))) if words else None
    if told is None:
        return Action.ALLOW
    if told.forbidden:
        return decided().actions[FORBIDDEN]
    if told.type is ContentType.REPLY or not told.is_confident:
        return Action.ALLOW
    return decided().actions[told.type]


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
    if not _waits(arrival.conversation):
        _settle(arrival.conversation, _poll(answer), settled)


def settle_decided() -> int:
    """The same for conversations that waited for a colleague, who has decided about the thanks. Returns how many.

    Of the active organization, in the running transaction; what was decided longer ago stays as people left it.
    """
    lately = timezone.now() - DECIDED
    held = HeldText.objects.filter(purpose=Purpose.POLL, decided_at__gt=lately).exclude(state=HeldText.State.WAITING)
    places: dict[UUID | None, UUID] = dict(held.values_list("message_id", "conversation_id"))
    if not places:
        return 0
    answers = PollAnswer.objects.filter(thanks_id__in=list(places), poll__settles=True).order_by("pk")
    locked = Conversation.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    waited = [places[one.thanks_id] for one in answers]
    found = {one.pk: one for one in locked.filter(pk__in=waited, status=Conversation.Status.OPEN)}
    settled = 0
    for answer in answers:
        place = found.get(places[answer.thanks_id])
        if place is not None and not _waits(place):
            poll = _poll(answer)
            settled += _settle(place, poll, _nothing_but_answers(place, poll))
    return settled


def _nothing_but_answers(place: Conversation, poll: Poll) -> list[UUID]:
    """The customer's texts here that answer the poll and say nothing else."""
    texts = list(
        Message.objects.filter(conversation=place, direction=Message.Direction.IN).order_by("pk")[:MOST_ANSWERS]
    )
    prefetch(texts)
    return [one.pk for one in texts if says_only(readable(one, "body", "") or "", poll)]


def says_only(words: str, poll: Poll) -> bool:
    """Whether a text is an answer to the poll and nothing else."""
    at = chosen(words, poll.answers, lettered=poll.lettered)
    return at is not None and is_all(words, poll.answers, at, lettered=poll.lettered)


def _waits(place: Conversation) -> bool:
    here = {"conversation_id": place.pk}
    if Escalation.objects.filter(state=Escalation.State.OPEN, **here).exists():
        return True
    return HeldText.objects.filter(state=HeldText.State.WAITING, **here).exists()


def _settle(place: Conversation, poll: Poll, answers: Collection[UUID]) -> bool:
    ours = Q(direction=Message.Direction.OUT, purpose=Purpose.POLL)
    nothing_but = ours | Q(pk__in=list(answers))
    return settle(place, actor=_behind(poll), cause=poll.announcement.name, nothing_but=nothing_but)


def _poll(answer: PollAnswer) -> Poll:
    people = ("started_by", "made_by")
    joined = [f"announcement__{one}__{what}" for one in people for what in ("user", "organization")]
    return Poll.objects.select_related(*joined).get(pk=answer.poll_id)


def _behind(poll: Poll) -> Membership:
    """Whoever let it begin."""
    member: Membership = poll.announcement.started_by or poll.announcement.made_by
    return member
