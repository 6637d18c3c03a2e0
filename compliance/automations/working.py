"""The worker's part: takes what is due and does what follows, each in one transaction.

Match, actions and the log of both commit together or not at all: a worker that dies has done nothing, and the row that
it held is free again for another. That a rule acts once for one trigger, and an action once in one run, the database
says by unique keys. A text that is sent is a row in the outbox in the same transaction, a webhook one in its queue.

A turn takes `TOGETHER` of one organization and rings again if more is left, so that no organization makes another wait.
Conversations are locked while rules act in them: two triggers of one are one after the other, and counted right.
"""

import logging
from datetime import timedelta
from uuid import UUID, uuid5

from django.db import DatabaseError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from compliance.automations import acting, dating, hours, kinds, rights
from compliance.automations.places import unopened
from compliance.automations.scene import Scene, holds
from compliance.escalations.own_hours import hours_now
from compliance.models import Automation, AutomationAct, AutomationRun, AutomationsOff, AutomationTrigger
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.crash_points import crash_here
from tenancy.isolation import activate
from texting.models import Conversation, Message
from texting.queries import visible_lines
from texting.threads import open_conversation

log = logging.getLogger("parley.automations")

TOGETHER = 25
MOST_OF_RULE, MOST_OF_ALL = 3, 10
"""How often in an hour one rule, and all of them together, act in one conversation: then the loop guard stops them."""
MOST_AN_HOUR = 5_000
"""Runs of one organization; what comes above waits for the next minutes."""
AN_HOUR = timedelta(hours=1)
TRIES, FIRST_WAIT, BUSY = 5, timedelta(minutes=1), timedelta(minutes=5)
When, Result, Done = Automation.When, AutomationRun.Result, AutomationAct.Result


def work(organization_id: UUID, *, most: int = TOGETHER) -> bool:
    """A turn at one organization's triggers. Whether more may be due."""
    return all(_next(organization_id) for _ in range(most))


def _next(organization_id: UUID) -> bool:
    """Take one; False when none is due."""
    with activate(organization_id):
        due = AutomationTrigger.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        row = due.filter(done_at=None, look_at__lte=Now()).order_by("look_at", "id").first()
        if row is not None:
            _take(row)
            crash_here("before_automated_commit")
        return row is not None


def _take(row: AutomationTrigger) -> None:
    """Do what follows from one. What breaks for reasons that nobody foresaw is tried again and holds up no others."""
    if AutomationRun.objects.filter(at__gte=timezone.now() - AN_HOUR).count() >= MOST_AN_HOUR:
        AutomationTrigger.objects.filter(pk=row.pk).update(look_at=Now() + BUSY)
        return
    try:
        with transaction.atomic():
            if not dating.may_act(row):
                return
            _run_all(row)
    except Exception as error:
        if isinstance(error, DatabaseError) and not transaction.get_connection().is_usable():
            raise
        log.exception("automation_broke", extra={"trigger": str(row.pk), "error": type(error).__name__})
        if row.tries + 1 < TRIES:
            wait = FIRST_WAIT * 2**row.tries
            AutomationTrigger.objects.filter(pk=row.pk).update(tries=F("tries") + 1, look_at=Now() + wait)
            return
        _give_up(row)
    AutomationTrigger.objects.filter(pk=row.pk).update(done_at=Now())


def _run_all(row: AutomationTrigger) -> None:
    """The rules that it set off and that are on still, in their order; those after one that stops are not looked at."""
    place = None if AutomationsOff.objects.exists() else _place_of(row)
    if place is None:
        return
    rules = Automation.objects.select_related("owner__user", "owner__organization").filter(
        pk__in=kinds.ids(row.rules), is_on=True
    )
    scene = Scene(place, row.happened_at, row.message_id, row.kinds)
    for rule in rules.order_by("place", "id"):
        if _run(rule, row, scene) and rule.stops:
            return


def _place_of(row: AutomationTrigger) -> Conversation | None:
    """The conversation, locked; where none is named, the contact's latest. None when it is gone meanwhile.

    Of whoever has none on a date's line it is one that is not stored: it opens when a rule acts in it.
    """
    rows = _threads().filter(contact_id=row.contact_id, line__sends_codes=False)
    if row.conversation_id is not None:
        rows = rows.filter(pk=row.conversation_id)
    elif row.line_id is not None:  # a date says on which line, and whoever wrote on none yet is known all the same
        rows = rows.filter(line=row.line_id)
    found = rows.order_by("-last_activity_at", "-id").first()
    if found is not None or row.line_id is None or row.conversation_id is not None:
        return found
    return unopened(row.contact_id, row.line_id)


def _threads() -> QuerySet[Conversation]:
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("contact", "line__team")


def _opened(place: Conversation) -> Conversation:
    """The same conversation, opened and locked if it was not stored."""
    if not place._state.adding:
        return place
    opened = open_conversation(place.contact, place.line, at=place.opened_at)
    return _threads().get(pk=opened.pk)


def _run(rule: Automation, row: AutomationTrigger, scene: Scene) -> bool:
    """Whether it acted."""
    owner, place = rule.owner, scene.conversation
    if rights.lacks(rule):
        _pause(rule)
        return False
    if not visible_lines(owner).filter(pk=place.line_id).exists() or not holds(rule, scene):
        return False
    once = _once(rule, row, scene)
    if once is None or (once and AutomationRun.objects.filter(automation=rule, once=once).exists()):
        return False
    scene.conversation = place = _opened(place)
    run = AutomationRun(
        automation=rule,
        trigger_id=row.pk,
        contact_id=place.contact_id,
        conversation_id=place.pk,
        line_id=place.line_id,
        at=timezone.now(),
        result=Result.STOPPED,
    )
    if _goes_round(rule, row, place):
        run.save(force_insert=True)
        return False
    run.once, run.result = once, Result.ACTED
    run.save(force_insert=True)
    acts: list[AutomationAct] = []
    for kind in kinds.ORDER:
        if kind in rule.actions:
            job = acting.Job(rule, owner, scene, row.depth, uuid5(row.pk, f"{rule.pk}:{kind}"), tuple(acts))
            acts.append(acting.act(kind, job))
            acts[-1].run = run
    AutomationAct.objects.bulk_create(acts)
    done = sum(one.result != Done.REFUSED for one in acts)
    run.result = Result.ACTED if done == len(acts) else Result.PARTLY if done else Result.REFUSED
    run.save(update_fields=["result"])
    return True


def _once(rule: Automation, row: AutomationTrigger, scene: Scene) -> str | None:
    """What it may do only once about, "" where that is the trigger itself; None when it is not so any more."""
    place = scene.conversation
    if rule.when == When.CLOSED:
        return f"closed:{place.pk}:{hours.closed_period(row.happened_at, hours_now(place.line.team_id))}"[:100]
    if rule.when != When.NO_ANSWER:
        return ""
    text = Message.objects.filter(pk=row.message_id).defer("body").first() if row.message_id else None
    if text is None or place.status != Conversation.Status.OPEN:
        return None
    answers = Message.objects.filter(conversation=place, direction=Message.Direction.OUT, author__isnull=False).defer(
        "body"
    )
    if answers.filter(created_at__gt=text.created_at).exists():
        return None
    last = answers.order_by("-created_at", "-id").values_list("pk", flat=True).first()
    return f"waits:{place.pk}:{last or ''}"


def _goes_round(rule: Automation, row: AutomationTrigger, place: Conversation) -> bool:
    """Whether the loop guard stops it: too deep in other rules' work, or too often in this conversation."""
    if row.depth > kinds.MOST_DEPTH:
        return True
    lately = AutomationRun.objects.filter(
        Q(conversation_id=place.pk) | Q(contact_id=place.contact_id, line_id=place.line_id),
        at__gte=timezone.now() - AN_HOUR,
    ).exclude(result=Result.STOPPED)
    return lately.count() >= MOST_OF_ALL or lately.filter(automation=rule).count() >= MOST_OF_RULE


def _pause(rule: Automation) -> None:
    """Nobody's rule does what they may not do: it is switched off until somebody who may saves it."""
    if Automation.objects.filter(pk=rule.pk, is_on=True).update(is_on=False, why=Automation.Why.RIGHTS):
        audit.record(event=AuditKind.AUTOMATION_SWITCHED, object=rule, on=False, why=Automation.Why.RIGHTS)


def _give_up(row: AutomationTrigger) -> None:
    rules = Automation.objects.filter(pk__in=kinds.ids(row.rules), is_on=True)
    AutomationRun.objects.bulk_create(
        [
            AutomationRun(
                automation=rule,
                trigger_id=row.pk,
                contact_id=row.contact_id,
                conversation_id=row.conversation_id,
                line_id=row.line_id,
                at=timezone.now(),
                result=Result.BROKEN,
            )
            for rule in rules
        ],
        ignore_conflicts=True,
    )
