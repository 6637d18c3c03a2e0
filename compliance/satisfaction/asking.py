"""Asks the customer of a resolved conversation how it went, a few minutes later and through the gate.

The question stands in the resolved conversation and opens none. It is dropped when the conversation is reopened or the
customer has written again: then they are not done. A customer is asked once in the team's days, whoever served them.
"""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from compliance.content_types.kinds import ContentType
from compliance.content_types.rules import Action, decided
from compliance.message_templates.picking import language_of
from compliance.models import SatisfactionAsk, SatisfactionRule
from tenancy.ids import new_id
from texting import sending
from texting.gate import OutsideHours
from texting.models import Conversation, Message, Turn
from texting.purposes import Purpose
from texting.sending import Refused, Wanted

AFTER = timedelta(minutes=5)  # so that a conversation that was resolved by mistake can be reopened
AT_ONCE = 50
QUESTIONS = {
    "en": "How did we do? Reply with a number from 1 (very poor) to 5 (very good).",
    "es": "¿Cómo le atendimos? Responda con un número del 1 (muy mal) al 5 (muy bien).",
    "fr": "Comment nous avez-vous trouvés ? Répondez avec un chiffre de 1 (très mal) à 5 (très bien).",
}
State = SatisfactionAsk.State
REOPENED, WROTE_AGAIN, SWITCHED_OFF = "reopened", "wrote_again", "off"


def ended(conversation: Conversation, kind: Turn.Kind) -> None:
    """`TEXTING_ENDING_STEPS`."""
    if kind == Turn.Kind.REOPENED:
        waiting = SatisfactionAsk.objects.filter(conversation=conversation, state=State.WAITING)
        waiting.update(state=State.DROPPED, why=REOPENED)
        return
    if kind == Turn.Kind.SETTLED:
        return  # nobody served them
    rule = SatisfactionRule.objects.filter(team=conversation.line.team_id, is_on=True).first()
    if rule is None or not _was_served(conversation) or conversation.contact.blocked_at is not None:
        return
    now = timezone.now()
    lately = Q(state=State.WAITING) | Q(state=State.ASKED, asked_at__gt=now - timedelta(days=rule.days))
    if SatisfactionAsk.objects.filter(lately, contact=conversation.contact_id).exists():
        return
    row = SatisfactionAsk(
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        line_id=conversation.line_id,
        team_id=conversation.line.team_id,
        member_id=_whose(conversation),
        due_at=now + AFTER,
    )
    SatisfactionAsk.objects.bulk_create([row], ignore_conflicts=True)


def _was_served(conversation: Conversation) -> bool:
    """Whether the customer wrote in it and somebody answered."""
    texts = Message.objects.filter(conversation=conversation).order_by()
    wrote = texts.filter(direction=Message.Direction.IN).exists()
    answered = Q(direction=Message.Direction.OUT, author__isnull=False, announcement=None)
    return wrote and texts.filter(answered).exists()


def _whose(conversation: Conversation) -> UUID | None:
    """Who had it; of nobody's, who resolved it."""
    now = Conversation.objects.filter(pk=conversation.pk).values_list("assignee_id", flat=True).first()
    ends = Turn.objects.filter(conversation=conversation, kind=Turn.Kind.RESOLVED).order_by("-created_at", "-id")
    return now or ends.values_list("actor_id", flat=True).first()


def ask_due() -> int:
    """Ask those of the active organization whose time has come. Returns how many were looked at."""
    rows = SatisfactionAsk.objects.select_for_update(of=("self",), skip_locked=True)
    due = list(rows.filter(state=State.WAITING, due_at__lte=timezone.now()).order_by("due_at", "id")[:AT_ONCE])
    for row in due:
        _ask(row)
        row.save(update_fields=["state", "why", "message_id", "asked_at"])
    return len(due)


def _ask(row: SatisfactionAsk) -> None:
    places = Conversation.objects.select_for_update(of=("self",), no_key=True).select_related("contact", "line__team")
    place = places.get(pk=row.conversation_id)
    row.state = State.DROPPED
    if place.status != Conversation.Status.RESOLVED:
        row.why = REOPENED
        return
    again = Conversation.objects.filter(contact=row.contact_id, line=row.line_id, opened_at__gt=place.opened_at)
    if again.filter(last_inbound_at__isnull=False).exists() or again.filter(status=Conversation.Status.OPEN).exists():
        row.why = WROTE_AGAIN
        return
    if not SatisfactionRule.objects.filter(team=row.team_id, is_on=True).exists():
        row.why = SWITCHED_OFF
        return
    if decided().actions[ContentType.POLL] is Action.STOP:  # in every language, whatever is read from its words
        row.why = f"type.{ContentType.POLL}"
        return
    words = QUESTIONS.get(language_of(place.contact) or "en", QUESTIONS["en"])
    wanted = Wanted(
        place.contact, words, message_id=new_id(), outside_hours=OutsideHours.WAIT, inside=place, is_fixed=True
    )
    [result] = sending.send_all(line=place.line, texts=[wanted], author=None, purpose=Purpose.POLL)
    if isinstance(result, Message):
        row.state, row.message_id, row.asked_at = State.ASKED, result.pk, timezone.now()
    elif isinstance(result, Refused) and result.outcome.objections:
        row.why = result.outcome.objections[0].rule[:60]
