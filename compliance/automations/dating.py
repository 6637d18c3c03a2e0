"""Rules that a date of a contact sets off: what becomes due is written down ahead, and looked at again when it is.

A due date is a trigger like any other (decision 0359), whose key names the rule, the contact and the value as a keyed
mark, so a rule acts once for a value however often it is planned, moved away and back. The clock reads only values
that were written since it last did; `FieldValue.touched_at` says so, whoever wrote, and whoever learns of another
clock of the contact's. Distances are those of scheduled
texts (`texting.scheduled.relative`): one arithmetic for both.
"""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models.functions import Now
from django.utils import timezone

from compliance.automations import triggering
from compliance.automations.kinds import LATE
from compliance.models import Automation, AutomationRun, AutomationsOff, AutomationTrigger
from tenancy.crash_points import crash_here
from tenancy.encryption import KeyDestroyed, prefetch, readable
from tenancy.encryption.blind_index import blind_index
from tenancy.isolation import current_organization_id
from tenancy.models import Organization
from texting.models import Contact, ContactField, FieldValue
from texting.queries.cursors import Cursor, newer_than
from texting.scheduled.relative import Relation
from texting.scheduled.their_clock import customer_clock

When = Automation.When
TOGETHER = 500
AGAIN = timedelta(minutes=10)
"""So far back values are read again: a transaction that wrote one may have committed later than the clock looked."""
SLACK = timedelta(minutes=1)


def plan() -> int:
    """Write down what becomes due by values that were written lately. Returns how many were read of a full batch."""
    if AutomationsOff.objects.exists():
        return 0
    more = 0
    rows = Automation.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    for rule in rows.filter(when=When.DATE, is_on=True, removed_at=None).order_by("place", "id"):
        more += _plan(rule)
    return more


def may_act(row: AutomationTrigger) -> bool:
    """Whether a trigger is due by its contact's date as it is now; one that moved is put off, one that is gone ends.

    A number that was merged away ends too: its person is acted for at the contact that stays, and once, whichever of
    their numbers it was done for.
    """
    if not row.key.startswith("date:"):
        return True
    rule = Automation.objects.filter(pk__in=row.rules).first()
    value = None
    if rule is not None and rule.when == When.DATE:
        relation = Relation.from_json(rule.facts)
        value = FieldValue.objects.filter(
            field=relation.field_id, contact=row.contact_id, contact__merged_into=None, contact__only_codes=False
        ).first()
    if (
        rule is None
        or value is None
        or _key(rule, value) != row.key
        or _is_done_for_person(rule, value)
        or (due := due_of(rule, value)) is None
    ):
        AutomationTrigger.objects.filter(pk=row.pk).update(done_at=Now())
        return False
    if due > timezone.now() + SLACK:
        AutomationTrigger.objects.filter(pk=row.pk).update(look_at=due, happened_at=due)
        return False
    # The rule may name another line by now; a moment that is known too late to be kept is late as if nobody had worked.
    row.line_id, row.happened_at = UUID(rule.facts["line"]), due
    return True


def due_of(rule: Automation, value: FieldValue) -> datetime | None:
    """When a rule is due for a value, as its field, the contact and the clocks are now; None for never."""
    relation = Relation.from_json(rule.facts)
    field = ContactField.objects.filter(pk=relation.field_id, archived_at=None).first()
    ours = Organization.objects.values_list("time_zone", flat=True).get(pk=current_organization_id())
    if field is None:
        return None
    theirs = _zone_of(value.contact_id) or ours
    said = readable(value, "value", "") or ""
    return relation.due(field.kind, said, theirs=ZoneInfo(theirs), ours=ZoneInfo(ours))


def _plan(rule: Automation) -> int:
    began = timezone.now()
    # Of numbers that were merged away too: a merge can be undone until the moment comes, and `may_act` asks then.
    values = FieldValue.objects.filter(field=UUID(rule.facts["field"]), contact__only_codes=False)
    if rule.dated_until is not None and rule.dated_id is not None:
        values = values.filter(newer_than(Cursor(rule.dated_until, rule.dated_id), "touched_at"))
    elif rule.dated_until is not None:
        values = values.filter(touched_at__gt=rule.dated_until)
    found = list(values.order_by("touched_at", "id")[:TOGETHER])
    prefetch(found)
    for value in found:
        _write_down(rule, value)
    is_full, lately = len(found) == TOGETHER, began - AGAIN
    if is_full:
        rule.dated_until, rule.dated_id = found[-1].touched_at, found[-1].pk
    elif rule.dated_until is None or rule.dated_until < lately:
        rule.dated_until, rule.dated_id = lately, None
    rule.save(update_fields=["dated_until", "dated_id"])
    if found:
        crash_here("before_dated_commit")
    return len(found) if is_full else 0


def _write_down(rule: Automation, value: FieldValue) -> None:
    key, due, now = _key(rule, value), due_of(rule, value), timezone.now()
    mine = AutomationTrigger.objects.filter(key__startswith=f"date:{rule.pk}:{value.contact_id}:", done_at=None)
    mine.exclude(key=key).update(done_at=Now())
    known = AutomationTrigger.objects.filter(key=key).first()
    if due is None or due < now - LATE:
        mine.filter(key=key).update(done_at=Now())
        return
    if known is None:
        line = UUID(rule.facts["line"])
        triggering.write([triggering.trigger(key, [rule], contact_id=value.contact_id, at=due, due=due, line_id=line)])
        return
    acted = AutomationRun.objects.filter(automation=rule, trigger_id=known.pk).exists()
    if not acted and (known.look_at != due or known.done_at is not None):
        AutomationTrigger.objects.filter(pk=known.pk).update(look_at=due, happened_at=due, done_at=None)


def _is_done_for_person(rule: Automation, value: FieldValue) -> bool:
    """Whether the rule has acted for this value already, at another number of the same person."""
    others = Contact.objects.filter(merged_into=value.contact_id).values_list("pk", flat=True)
    keys = [_key(rule, value, at) for at in others]
    told = AutomationTrigger.objects.filter(key__in=keys).values("pk")
    return bool(keys) and AutomationRun.objects.filter(automation=rule, trigger_id__in=told).exists()


def _key(rule: Automation, value: FieldValue, contact_id: UUID | None = None) -> str:
    """What says that the rule is due for this value, at the value's contact or, if it is given, at another one."""
    at = contact_id or value.contact_id
    mark = blind_index("automation.date", f"{at}:{readable(value, 'value', '') or ''}")
    return f"date:{rule.pk}:{at}:{mark.hex()}"


def _zone_of(contact_id: UUID) -> str:
    """Where the customer is, the zone where it is earliest first; "" where nothing is known."""
    try:
        zones = customer_clock().whereabouts(Contact.objects.get(pk=contact_id)).zones
    except KeyDestroyed:  # they were erased
        return ""
    now = timezone.now()
    return min(zones, key=lambda name: (now.astimezone(ZoneInfo(name)).replace(tzinfo=None), name), default="")
