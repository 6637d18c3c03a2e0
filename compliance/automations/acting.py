"""One action of a rule, through the use case that its owner would use by hand and with the owner's rights.

What is not done says why in a sentence, kept so that each reader gets their own language, and changes nothing. Nothing
here is tried twice: the transaction that does it also writes down that it was done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership, TeamMember
from accounts.permissions import MissingPermission
from compliance.automations.kinds import LATE, ON_TEXTS, ids, people
from compliance.automations.scene import Scene
from compliance.automations.sharing import least_busy
from compliance.content_types.kinds import RULES, ContentType
from compliance.escalations.current import open_for
from compliance.escalations.opening import open_or_add
from compliance.escalations.signals import Signal
from compliance.message_templates.filling import filled, known_for, language_for
from compliance.message_templates.placeholders import Unfilled
from compliance.message_templates.reading import usable
from compliance.models import Automation, AutomationAct, Escalation, TemplateVersion
from tenancy.automatic import Acting, acting_as
from tenancy.said import gettext as _
from tenancy.said import kept, together
from texting import conversations, sending, tagging
from texting.conversations import NotPossible
from texting.gate import OutsideHours
from texting.models import Conversation, Tag, WebhookDelivery, WebhookEndpoint
from texting.notifications import noting
from texting.origins import origins
from texting.outgoing_webhooks import EventKind, publishing
from texting.purposes import Purpose
from texting.sending import BadText, Held, Refused
from texting.tagging import BadTag

Result = AutomationAct.Result


class NotDone(Exception):
    """Why an action was not done: a sentence, and the fixed name of what speaks against it."""

    def __init__(self, note: str, rule: str, result: "AutomationAct.Result" = Result.REFUSED) -> None:
        super().__init__(note)
        self.note, self.rule, self.result = note, rule, result


@dataclass(frozen=True)
class Job:
    """What a rule is to do where: `act_id` is the id of the text that it may send, the same whenever it is tried.

    `before`: what it has done in this run already, or could not.
    """

    rule: Automation
    owner: Membership
    scene: Scene
    depth: int
    act_id: UUID
    before: tuple[AutomationAct, ...] = ()

    @property
    def place(self) -> Conversation:
        """The conversation, as it was when the rule began."""
        return self.scene.conversation


def act(kind: str, job: Job) -> AutomationAct:
    """Do one; the row that says so is not stored yet and belongs to no run."""
    row = AutomationAct(kind=kind, result=Result.DONE)
    with acting_as(Acting(job.rule.pk, job.rule.name, job.depth)), transaction.atomic():
        try:
            row.message_id = _DO[kind](job, job.rule.actions[kind])
        except NotDone as reason:
            row.result, row.rule, row.note = reason.result, reason.rule, kept(reason.note)
        except MissingPermission:
            row.result, row.rule = Result.REFUSED, "owner.rights"
            row.note = kept(_("%(who)s, for whom it acts, may not do that.") % {"who": job.owner.user.name})
        except (NotPossible, BadTag, BadText, Unfilled) as reason:
            row.result, row.rule, row.note = Result.REFUSED, f"{kind}.not_possible", kept(str(reason))
    return row


def _tags(job: Job, given: Any) -> None:
    tags = list(Tag.objects.filter(pk__in=ids(given)).order_by("pk"))
    if not tags:
        raise NotDone(_("The tag is not there any more."), "tags.gone")
    for tag in tags:
        tagging.put_on(member=job.owner, tag=tag, contact_ids=[job.place.contact_id])


def _assign(job: Job, given: Any) -> None:
    was: UUID | None = Conversation.objects.filter(pk=job.place.pk).values_list("assignee_id", flat=True).get()
    if given == "share":
        if was is not None:
            raise NotDone(_("A colleague has it already."), "assign.taken")
        to = least_busy(job.place.line)
        if to is None:
            raise NotDone(_("Nobody of the team is there right now."), "assign.nobody")
        conversations.assign(member=job.owner, conversation=job.place, to=to, was=was)
    elif given == "team":
        conversations.transfer(member=job.owner, conversation=job.place, to=None, was=was)
    else:
        conversations.assign(member=job.owner, conversation=job.place, to=UUID(given), was=was)


def _note(job: Job, given: Any) -> None:
    conversations.add_note(member=job.owner, conversation=job.place, body=given)


def _notify(job: Job, given: Any) -> None:
    wanted = ids(given)
    teams = TeamMember.objects.filter(team__in=wanted).values("membership")
    rows = people()
    told = {
        *rows.filter(pk__in=wanted).values_list("pk", flat=True),
        *rows.filter(pk__in=teams).values_list("pk", flat=True),
    }
    if not told:
        raise NotDone(_("Nobody whom it is to tell is there any more."), "notify.nobody")
    noting.told_by_rule(members=told, conversation_id=job.place.pk)


def _reply(job: Job, given: Any) -> UUID:
    """Through the gate, as nobody's own text: it is refused to whoever opted out, is blocked, or is escalated."""
    if timezone.now() - job.scene.at > LATE:
        raise NotDone(_("Its time had passed by hours before it could be sent."), "reply.late")
    version = usable(job.owner, team_id=job.place.line.team_id).filter(template_id=given).first()
    if version is None:
        raise NotDone(_("The template was archived, or is not for this line."), "reply.template")
    contact, line = job.place.contact, job.place.line
    language = language_for(version, job.scene.language)
    values = {**known_for(job.owner, contact, line, [version], language), "agent_name": ""}
    text = filled(version, language, known=values, given={})
    try:
        message = sending.send_text(
            conversation=job.place,
            body=text.text,
            author=None,
            purpose=_purpose(job.rule, version, text.origin),
            message_id=job.act_id,
            outside_hours=OutsideHours.ASK if job.rule.when in ON_TEXTS else OutsideHours.WAIT,
            origin=text.origin,
            inside=_ended(job),
        )
    except Held:
        raise NotDone(_("It waits until a colleague approves it."), "reply.held", Result.WAITS) from None
    except Refused as refused:
        against = refused.outcome.objections
        note = together(*(words for one in against for words in (one.text, one.what_to_do)))
        raise NotDone(note, against[0].rule if against else "none") from None
    return message.pk


def _purpose(rule: Automation, version: TemplateVersion, origin: str) -> Purpose:
    """An answer to what was just written is one whatever its type is (decision 233); anything else has its type's."""
    if rule.when in ON_TEXTS:
        return origins().purpose_by_hand(origin)
    return RULES[ContentType(version.type)].purpose


def _escalate(job: Job, given: Any) -> None:
    facts = {"rule": job.rule.name, "rule_id": str(job.rule.pk)}
    signal = Signal(Escalation.Trigger.RULE, facts, message_id=job.scene.message_id, words=given)
    open_or_add(job.place, [signal], at=timezone.now())


def _webhook(job: Job, given: Any) -> None:
    endpoint = WebhookEndpoint.objects.filter(pk=given, state=WebhookEndpoint.State.ENABLED).first()
    if endpoint is None:
        raise NotDone(_("The webhook endpoint is switched off or was removed."), "webhook.off")
    data = {
        "automation_id": str(job.rule.pk),
        "conversation_id": str(job.place.pk),
        "contact_id": str(job.place.contact_id),
        "line_id": str(job.place.line_id),
    }
    event = publishing.numbered([(EventKind.AUTOMATION_MATCHED, data, timezone.now())])[0]
    publishing.enter([WebhookDelivery(endpoint=endpoint, event=event)])


def _ended(job: Job) -> Conversation | None:
    """The conversation, where its end is what set the rule off: a last word opens no new one."""
    if job.rule.when != Automation.When.RESOLVED:
        return None
    is_over = Conversation.objects.filter(pk=job.place.pk, status=Conversation.Status.RESOLVED).exists()
    return job.place if is_over else None


def _close(job: Job, given: Any) -> None:
    """A text that the rule has dealt with needs no reader: one that it answered, or that was a keyword of its own."""
    answered = any(one.kind == "reply" and one.result == Result.DONE for one in job.before)
    dealt_with = answered or job.rule.when == Automation.When.KEYWORD
    if job.rule.when not in ON_TEXTS or not dealt_with:
        conversations.resolve(member=job.owner, conversation=job.place)
        return
    if any(one.result != Result.DONE for one in job.before):
        raise NotDone(_("Not all was done that comes before, so somebody has to read it."), "close.undone")
    if open_for([job.place.contact_id])[job.place.contact_id]:
        raise NotDone(_("An escalation is open, so somebody has to read it."), "close.escalated")
    conversations.resolve(member=job.owner, conversation=job.place, dealt_with=job.scene.message_id)


_DO: dict[str, Callable[[Job, Any], UUID | None]] = {
    "tags": _tags,
    "assign": _assign,
    "note": _note,
    "notify": _notify,
    "reply": _reply,
    "escalate": _escalate,
    "webhook": _webhook,
    "close": _close,
}
