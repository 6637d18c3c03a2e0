"""A rule tried on the last month: how often it would have acted, and where. Nothing is sent, written down or changed.

What sets a rule off is found in what is kept: texts, findings, resolutions, tags. Conditions about the conversation or
the contact (who has it, tags, fields, an open escalation) are asked as they are now, since what they were is kept
nowhere; words, hours and findings are those of that time. It works through in batches, each a transaction; a worker
that dies goes on where the last batch ended.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.automations import dating, hours
from compliance.automations.scene import Scene, holds
from compliance.escalations import business_time
from compliance.escalations.arriving import are_keywords
from compliance.escalations.business_time import Hours, NeverOpen
from compliance.escalations.own_hours import hours_now
from compliance.models import Automation, AutomationTrial, Finding
from compliance.words.plain_words import norm
from tenancy.encryption import prefetch, readable
from tenancy.isolation import activate, current_organization_id
from texting.models import ContactTag, Conversation, FieldValue, Message, Turn
from texting.queries import visible_lines
from texting.queries.cursors import Cursor, newer_than

DAYS, TOGETHER, MOST_HITS = 30, 200, 100
When = Automation.When


def begin(*, member: Membership, rule: Automation) -> AutomationTrial:
    """Try it; the one that is under way is returned instead. Raises MissingPermission."""
    require(member, Permission.AUTOMATIONS_MANAGE)
    since = timezone.now() - timedelta(days=DAYS)
    row = AutomationTrial(automation=rule, made_by=member, since=since)
    row.total = _source(rule, member, since).count()
    AutomationTrial.objects.bulk_create([row], ignore_conflicts=True)
    found = AutomationTrial.objects.get(automation=rule, done_at=None)
    ring(found)
    return found


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
    for one in found:
        place = _place(one, row.automation)
        if place is not None and _would(row.automation, one, place, row.since):
            row.times += 1
            if len(row.hits) < MOST_HITS:
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
        values = FieldValue.objects.filter(field=UUID(rule.facts["field"]), contact__merged_into=None)
        return values.annotate(created_at=F("touched_at"))
    if rule.when == When.TAGGED:
        return ContactTag.objects.filter(tag=UUID(rule.facts["tag"]), created_at__gte=since)
    texts = Message.objects.filter(direction=Message.Direction.IN, line__in=lines, created_at__gte=since)
    return texts.select_related("conversation__contact", "conversation__line__team")


def _place(one: Any, rule: Automation) -> Conversation | None:
    if not isinstance(one, ContactTag | FieldValue):
        place: Conversation = one.conversation
        return place
    rows = Conversation.objects.select_related("contact", "line__team").filter(contact=one.contact_id)
    if isinstance(one, FieldValue):
        rows = rows.filter(line=UUID(rule.facts["line"]))
    return rows.order_by("-last_activity_at", "-id").first()


def _would(rule: Automation, one: Any, place: Conversation, since: datetime) -> bool:
    if place.contact.blocked_at is not None:
        return False
    if isinstance(one, FieldValue):
        due = dating.due_of(rule, one)
        return due is not None and since <= due <= timezone.now() and holds(rule, Scene(place, due))
    if not isinstance(one, Message):
        return holds(rule, Scene(place, one.created_at))
    words = readable(one, "body", "") or ""
    if are_keywords(words):
        return False
    kinds = sorted(set(Finding.objects.filter(message_id=one.pk).values_list("type", flat=True)))
    return _fits(rule, one, words, kinds, place) and holds(rule, Scene(place, one.created_at, one.pk, kinds))


def _fits(rule: Automation, text: Message, words: str, kinds: list[str], place: Conversation) -> bool:
    if rule.when == When.KEYWORD:
        return norm(words) in {norm(one) for one in rule.facts["words"]}
    if rule.when == When.FINDING:
        return bool(set(kinds) & set(rule.facts["kinds"]))
    heard = Message.objects.filter(
        direction=Message.Direction.IN, contact=text.contact_id, created_at__lt=text.created_at
    )
    if rule.when == When.FIRST:
        return not heard.exists()
    if rule.when == When.TEXT:
        return True
    here = hours_now(place.line.team_id)
    before = heard.filter(conversation=place).defer("body").order_by("-created_at", "-id").first()
    if rule.when == When.CLOSED:
        period = hours.closed_period(text.created_at, here)
        return bool(period) and (before is None or hours.closed_period(before.created_at, here) != period)
    return _waited(rule, text, before, here)


def _waited(rule: Automation, text: Message, before: Message | None, here: Hours) -> bool:
    """Whether nobody had answered when the time was over, and no earlier text of the customer waited already."""
    minutes = int(rule.facts["minutes"])
    try:
        business = rule.facts.get("business")
        due = (
            business_time.after(text.created_at, minutes, here)
            if business
            else text.created_at + timedelta(minutes=minutes)
        )
    except NeverOpen:
        return False
    answers = Message.objects.filter(
        conversation=text.conversation_id, direction=Message.Direction.OUT, author__isnull=False
    )
    if (
        before is not None
        and not answers.filter(created_at__gt=before.created_at, created_at__lte=text.created_at).exists()
    ):
        return False
    return due <= timezone.now() and not answers.filter(created_at__gt=text.created_at, created_at__lte=due).exists()
