"""A rule tried on the last month: how often it would have acted, and where. Nothing is sent, written down or changed.

What sets a rule off is found in what is kept: texts, findings, resolutions, tags. Conditions about the conversation or
the contact (who has it, tags, fields, an open escalation) are asked as they are now, since what they were is kept
nowhere; words, hours and findings are those of that time. What a rule does only once about (a closed period, somebody
who waits) counts once, where its conditions hold first. It works through in batches, each a transaction; a worker that
dies goes on where the last batch ended.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.automations import dating, hours
from compliance.automations.places import unopened
from compliance.automations.rights import hidden_fields
from compliance.automations.rules import CannotAutomate
from compliance.automations.scene import Scene, holds
from compliance.automations.settled import was_settled
from compliance.escalations import business_time
from compliance.escalations.arriving import are_keywords
from compliance.escalations.business_time import NeverOpen
from compliance.escalations.own_hours import hours_now
from compliance.models import Automation, AutomationTrial, Finding
from compliance.words.plain_words import norm
from tenancy.encryption import prefetch, readable
from tenancy.isolation import activate, current_organization_id
from texting.filtering.saving import access_saved
from texting.models import ContactTag, Conversation, FieldValue, Message, Turn
from texting.queries import NotYours, visible_lines
from texting.queries.cursors import Cursor, newer_than

DAYS, TOGETHER, MOST_HITS = 30, 200, 100
MOST_BEFORE = 20
"""So many texts before one are looked at, where a rule acts once about all of them."""
When = Automation.When
_ENDS = (Turn.Kind.RESOLVED, Turn.Kind.SETTLED, Turn.Kind.REOPENED)


def begin(*, member: Membership, rule: Automation) -> AutomationTrial:
    """Try it; the one that is under way is returned instead. Raises MissingPermission, CannotAutomate for whoever may
    not see what it asks for: where it would act tells that.
    """
    require(member, Permission.AUTOMATIONS_MANAGE)
    if not may_see(member, rule):
        raise CannotAutomate(_("It asks for a field or a saved filter that you do not see, so you cannot try it."))
    since = timezone.now() - timedelta(days=DAYS)
    row = AutomationTrial(automation=rule, made_by=member, since=since)
    row.total = _source(rule, member, since).count()
    AutomationTrial.objects.bulk_create([row], ignore_conflicts=True)
    found = AutomationTrial.objects.get(automation=rule, done_at=None)
    ring(found)
    return found


def may_see(member: Membership, rule: Automation) -> bool:
    """Whether the member may know what the rule asks of contacts."""
    try:
        wanted = rule.conditions.get("filter")
        if wanted:
            access_saved(member, UUID(wanted))
    except NotYours:
        return False
    return not hidden_fields(member, rule)


def latest(rule: Automation) -> AutomationTrial | None:
    """The last one of this rule."""
    return AutomationTrial.objects.filter(automation=rule).order_by("-made_at", "-id").first()


def ring(row: AutomationTrial) -> None:
    """Wake a worker after the running transaction."""
    from compliance.automations.tasks import try_automation  # the edge imports this module

    wire = (str(current_organization_id()), str(row.pk))

    def now() -> None:
        try_automation.apply_async(args=wire)

    transaction.on_commit(now, robust=True)


def work(organization_id: UUID, trial_id: UUID) -> bool:
    """One batch. Whether more is left."""
    with activate(organization_id):
        rows = AutomationTrial.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        rows = rows.select_related("automation", "made_by__user", "made_by__organization")
        row = rows.filter(pk=trial_id, done_at=None).first()
        return row is not None and _batch(row)


def _batch(row: AutomationTrial) -> bool:
    source = _source(row.automation, row.made_by, row.since)
    if row.until_at is not None and row.until_id is not None:
        source = source.filter(newer_than(Cursor(row.until_at, row.until_id), "created_at"))
    found: list[Any] = list(source.order_by("created_at", "id")[:TOGETHER])
    if row.automation.when not in {When.RESOLVED, When.TAGGED}:
        prefetch(found)
    lines = set(visible_lines(row.made_by).values_list("pk", flat=True))
    for one in found:
        place = _place(one, row.automation)
        if place is not None and place.line_id in lines and _would(row.automation, one, place, row.since):
            row.times += 1
            if len(row.hits) < MOST_HITS and not place._state.adding:
                row.hits.append([str(place.pk), one.created_at.isoformat()])
    row.looked += len(found)
    if found:
        row.until_at, row.until_id = found[-1].created_at, found[-1].pk
    if len(found) < TOGETHER:
        row.done_at = timezone.now()
    row.save()
    return row.done_at is None


def _source(rule: Automation, member: Membership, since: datetime) -> QuerySet[Any]:
    """What could have set it off, on lines that the member may read."""
    lines = visible_lines(member).order_by().values("pk")
    if rule.when == When.RESOLVED:
        turns = Turn.objects.filter(kind=Turn.Kind.RESOLVED, conversation__line__in=lines)
        return turns.select_related("conversation__contact", "conversation__line__team").filter(created_at__gte=since)
    if rule.when == When.DATE:
        values = FieldValue.objects.filter(
            field=UUID(rule.facts["field"]), contact__merged_into=None, contact__only_codes=False
        )
        return values.annotate(created_at=F("touched_at"))
    if rule.when == When.TAGGED:
        return ContactTag.objects.filter(tag=UUID(rule.facts["tag"]), created_at__gte=since)
    texts = Message.objects.filter(
        direction=Message.Direction.IN, line__in=lines, line__sends_codes=False, created_at__gte=since
    )
    return texts.select_related("conversation__contact", "conversation__line__team")


def _place(one: Any, rule: Automation) -> Conversation | None:
    if not isinstance(one, ContactTag | FieldValue):
        place: Conversation = one.conversation
        return place
    rows = Conversation.objects.select_related("contact", "line__team").filter(contact=one.contact_id)
    if isinstance(one, ContactTag):
        return rows.filter(line__sends_codes=False).order_by("-last_activity_at", "-id").first()
    line = UUID(rule.facts["line"])
    found = rows.filter(line=line, line__sends_codes=False).order_by("-last_activity_at", "-id").first()
    return found or unopened(one.contact_id, line)


def _would(rule: Automation, one: Any, place: Conversation, since: datetime) -> bool:
    if place.contact.blocked_at is not None:
        return False
    if isinstance(one, FieldValue):
        due = dating.due_of(rule, one)
        return due is not None and since <= due <= timezone.now() and holds(rule, Scene(place, due))
    if not isinstance(one, Message):
        return holds(rule, Scene(place, one.created_at))
    return _set_off(rule, one, place) and not any(_set_off(rule, before, place) for before in _once(rule, one, place))


def _set_off(rule: Automation, text: Message, place: Conversation) -> bool:
    """Whether this text would have set it off and its conditions held, whatever it had done before."""
    words = readable(text, "body", "") or ""
    if are_keywords(words) or was_settled(text, words):
        return False
    kinds = sorted(set(Finding.objects.filter(message_id=text.pk).values_list("type", flat=True)))
    at = _at(rule, text, words, kinds, place)
    return at is not None and holds(rule, Scene(place, at, text.pk, kinds))


def _once(rule: Automation, text: Message, place: Conversation) -> list[Message]:
    """Earlier texts, the latest of them, about which a rule of this kind acts once together with this one."""
    if rule.when not in {When.CLOSED, When.NO_ANSWER}:
        return []
    earlier = Message.objects.filter(
        conversation=place, direction=Message.Direction.IN, created_at__lt=text.created_at
    ).order_by("-created_at", "-id")
    if rule.when == When.NO_ANSWER:
        answered = _answers(text).filter(created_at__lte=text.created_at).aggregate(last=Max("created_at"))["last"]
        rows = list((earlier.filter(created_at__gt=answered) if answered else earlier)[:MOST_BEFORE])
    else:
        here = hours_now(place.line.team_id)
        period = hours.closed_period(text.created_at, here)
        rows = [one for one in earlier[:MOST_BEFORE] if period and hours.closed_period(one.created_at, here) == period]
    prefetch(rows)
    return rows


def _at(rule: Automation, text: Message, words: str, kinds: list[str], place: Conversation) -> datetime | None:
    """When it would have set off a rule of this kind; None for never."""
    if rule.when == When.NO_ANSWER:
        return _waited(rule, text, place)
    if rule.when == When.KEYWORD:
        fits = norm(words) in {norm(one) for one in rule.facts["words"]}
    elif rule.when == When.FINDING:
        fits = bool(set(kinds) & set(rule.facts["kinds"]))
    elif rule.when == When.FIRST:
        heard = Message.objects.filter(direction=Message.Direction.IN, contact=text.contact_id)
        fits = not heard.filter(created_at__lt=text.created_at).exists()
    elif rule.when == When.CLOSED:
        fits = not hours.is_open(text.created_at, hours_now(place.line.team_id))
    else:
        fits = True
    return text.created_at if fits else None


def _waited(rule: Automation, text: Message, place: Conversation) -> datetime | None:
    """When the time was over, if nobody had answered or resolved the conversation by then."""
    minutes = int(rule.facts["minutes"])
    if rule.facts.get("business"):
        try:
            due = business_time.after(text.created_at, minutes, hours_now(place.line.team_id))
        except NeverOpen:
            return None
    else:
        due = text.created_at + timedelta(minutes=minutes)
    meanwhile = {"created_at__gt": text.created_at, "created_at__lte": due}
    if due > timezone.now() or _answers(text).filter(**meanwhile).exists():
        return None
    last = Turn.objects.filter(conversation=place, kind__in=_ENDS, **meanwhile).order_by("-created_at", "-id").first()
    return due if last is None or last.kind == Turn.Kind.REOPENED else None


def _answers(text: Message) -> QuerySet[Message]:
    return Message.objects.filter(
        conversation=text.conversation_id, direction=Message.Direction.OUT, author__isnull=False
    ).order_by()
