"""What compliance knows of a contact, for the timeline on their page: permission, opt-outs, escalations with their
calls and e-mails, scores.
"""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.escalations.reading import visible_escalations
from compliance.models import Call, ConsentEvent, Escalation, Letter, SatisfactionAsk
from texting.models import Contact
from texting.queries import visible_conversations
from texting.timeline.kinds import Kind
from texting.timeline.merging import Asked, Entry

Action = ConsentEvent.Action
_LOOKS = {
    Action.GIVEN: ("shield-check", "success"),
    Action.WITHDRAWN: ("ban", "danger"),
    Action.HELP: ("life-buoy", "neutral"),
    Action.ASKED: ("info", "neutral"),
    Action.RETRACTED: ("rotate-ccw", "neutral"),
}


def permission(asked: Asked) -> Iterator[Entry]:
    """Every entry of the ledger of the person's numbers, without anybody's words."""
    numbers = dict(Contact.objects.filter(pk__in=asked.contacts).values_list("number_index", "pk"))
    numbers = {bytes(index): pk for index, pk in numbers.items()}
    rows = ConsentEvent.objects.filter(number_index__in=list(numbers))
    for row in asked.newest(rows, "recorded_at"):
        icon, tone = _LOOKS[Action(row.action)]
        title, source = str(row.get_action_display()), str(row.get_source_display())
        address = reverse("consent", args=[numbers[bytes(row.number_index)]])
        yield Entry(row.recorded_at, title, source, icon=icon, tone=tone, url=address)


def escalations(asked: Asked) -> Iterator[Entry]:
    """Those about conversations that the member may read."""
    rows = visible_escalations(asked.member).filter(contact_id__in=asked.contacts)
    for row in asked.newest(rows, "opened_at"):
        yield Entry(row.opened_at, _("Escalated"), _trigger(row), icon="flag", tone="warning", url=_address(row))
    for row in asked.newest(rows, "closed_at"):
        if row.closed_at:
            who = row.closed_by.user.name if row.closed_by else ""
            yield Entry(row.closed_at, _("Escalation closed"), _trigger(row), who, "check", "success", _address(row))
    theirs = rows.order_by().values("pk")
    for call in asked.newest(Call.objects.filter(escalation__in=theirs).select_related("member__user"), "placed_at"):
        said = Call.Result(call.result).label if call.result else Call.State(call.state).label
        address = reverse("escalation", args=[call.escalation_id])
        yield Entry(call.placed_at, _("Call"), str(said), call.member.user.name, "phone", url=address)
    for letter in asked.newest(Letter.objects.filter(escalation__in=theirs).select_related("member__user"), "at"):
        who, said = letter.member.user.name if letter.member else "", Letter.State(letter.state).label
        came = letter.direction == Letter.Direction.IN
        title = _("E-mail from the customer") if came else _("E-mail to the customer")
        address = reverse("escalation", args=[letter.escalation_id])
        yield Entry(letter.at, title, "" if came else str(said), who, "mail", url=address)


def scores(asked: Asked) -> Iterator[Entry]:
    """What they said after conversations that the member may read."""
    mine = visible_conversations(asked.member).filter(contact__in=asked.contacts).order_by().values("pk")
    for row in asked.newest(SatisfactionAsk.objects.filter(conversation__in=mine), "answered_at"):
        if row.answered_at and row.score:
            said = _("%(score)d of 5") % {"score": row.score}
            address = reverse("conversation", args=[row.conversation_id])
            yield Entry(row.answered_at, _("Score after a conversation"), said, icon="smile", url=address)


def _trigger(row: Escalation) -> str:
    return str(row.get_trigger_display())


def _address(row: Escalation) -> str:
    return reverse("escalation", args=[row.pk])


SOURCES = {Kind.PERMISSION: permission, Kind.ESCALATIONS: escalations, Kind.CONVERSATIONS: scores}
"""All of it."""
