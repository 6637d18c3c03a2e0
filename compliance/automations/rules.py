"""What members decide about rules: write one, switch it, put it in order, remove it, switch all of them off.

A new rule is off. Whoever saves a rule or switches it on is its owner: it acts with their rights, so nobody can make a
rule do what they may not do themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Team
from accounts.permissions import Permission, require
from compliance.automations import kinds
from compliance.automations.kinds import LONGEST_PHRASE, LONGEST_WAIT, MOST_PHRASES, MOST_RULES, ids
from compliance.detectors.findings import TYPES
from compliance.message_templates.filling import asked_by_people
from compliance.message_templates.placeholders import without_instead
from compliance.message_templates.reading import usable
from compliance.models import Automation, AutomationsOff
from compliance.models.automation import LONGEST_NAME
from compliance.words import keywords
from compliance.words.plain_words import norm
from tenancy import audit
from tenancy.audit import AuditKind
from tenancy.isolation import current_organization_id
from texting.conversations import LONGEST_NOTE
from texting.fields.reading import fields_for
from texting.filtering.saving import access_saved
from texting.kept_words import kept
from texting.models import Tag, WebhookEndpoint
from texting.queries import NotYours, visible_lines
from texting.scheduled.relative import BadRelation, Relation

When = Automation.When


class CannotAutomate(ValueError):
    """It cannot be done like this; the message is one sentence for the person who asked."""


@dataclass(frozen=True)
class Wanted:
    """A rule as somebody wants it; the three dicts as `compliance.automations.kinds` says."""

    name: str
    when: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    actions: Mapping[str, Any] = field(default_factory=dict)
    needs_all: bool = True
    stops: bool = False


def save(*, member: Membership, wanted: Wanted, rule: Automation | None = None) -> Automation:
    """Keep it, as the member's. What sets a rule off is not changed. Raises CannotAutomate, MissingPermission."""
    require(member, Permission.AUTOMATIONS_MANAGE)
    _lock()
    mine = _fresh(rule) if rule else Automation(place=_last() + 1, when=wanted.when)
    if rule is None and Automation.objects.filter(removed_at=None).count() >= MOST_RULES:
        raise CannotAutomate(_("There are %(most)d automations already. Change or remove one.") % {"most": MOST_RULES})
    mine.name = " ".join(wanted.name.replace("\x00", "").split())
    if not 1 <= len(mine.name) <= LONGEST_NAME:
        raise CannotAutomate(_("Give it a name of at most %(most)d characters.") % {"most": LONGEST_NAME})
    mine.facts, mine.conditions, mine.actions = dict(wanted.facts), dict(wanted.conditions), dict(wanted.actions)
    mine.needs_all, mine.stops = wanted.needs_all, wanted.stops
    check(member, mine)
    mine.owner, mine.changed_at, mine.why, mine.dated_until = member, timezone.now(), "", None
    try:
        with transaction.atomic():
            mine.save()
    except IntegrityError:
        raise CannotAutomate(_("Another automation has this name.")) from None
    does = [one for one in kinds.ORDER if one in mine.actions]
    audit.record(event=AuditKind.AUTOMATION_CHANGED, actor=member, object=mine, does=does, new=rule is None)
    return mine


def switch(*, member: Membership, rule: Automation, on: bool) -> None:
    """Let it act from now on, as the member's, or not. Raises CannotAutomate, MissingPermission."""
    require(member, Permission.AUTOMATIONS_MANAGE)
    mine = _fresh(rule)
    if mine.is_on == on:
        return
    if on:
        check(member, mine)
        mine.owner, mine.why, mine.dated_until = member, "", None
    mine.is_on = on
    mine.save(update_fields=["is_on", "owner", "why", "dated_until"])
    audit.record(event=AuditKind.AUTOMATION_SWITCHED, actor=member, object=mine, on=on)


def switch_all(*, member: Membership, on: bool) -> None:
    """The one switch: while it is off nothing acts, and what happens meanwhile is not made up for."""
    require(member, Permission.AUTOMATIONS_MANAGE)
    if on:
        changed = AutomationsOff.objects.all().delete()[0]
    else:
        rows = AutomationsOff.objects.bulk_create([AutomationsOff(by=member)], ignore_conflicts=True)
        changed = AutomationsOff.objects.filter(pk__in=[row.pk for row in rows]).count()
    if changed:
        audit.record(event=AuditKind.AUTOMATION_SWITCHED, actor=member, object=member.organization, on=on, all=True)


def move(*, member: Membership, rule: Automation, up: bool) -> None:
    """Let it be looked at before, or after, the one beside it. At the end of the list nothing happens."""
    require(member, Permission.AUTOMATIONS_MANAGE)
    _lock()
    rows = list(Automation.objects.filter(removed_at=None).order_by("place", "id"))
    at = next((place for place, one in enumerate(rows) if one.pk == rule.pk), None)
    to = None if at is None else at - 1 if up else at + 1
    if at is None or to is None or not 0 <= to < len(rows):
        return
    rows.insert(to, rows.pop(at))
    for place, one in enumerate(rows, start=1):
        one.place = place
    Automation.objects.bulk_update(rows, ["place"])
    audit.record(event=AuditKind.AUTOMATION_CHANGED, actor=member, object=rule, place=to + 1)


def remove(*, member: Membership, rule: Automation) -> None:
    """Nothing more of it happens; what it did stays in the log for the log's days."""
    require(member, Permission.AUTOMATIONS_MANAGE)
    if Automation.objects.filter(pk=rule.pk, removed_at=None).update(is_on=False, removed_at=timezone.now()):
        audit.record(event=AuditKind.AUTOMATION_REMOVED, actor=member, object=rule)


def check(member: Membership, rule: Automation) -> None:
    """Whether it makes sense, and whether the member may do by hand all that it does. Raises CannotAutomate."""
    if rule.when not in When.values:
        raise CannotAutomate(_("Say when it acts."))
    if not rule.actions:
        raise CannotAutomate(_("Say what it does."))
    for permission in kinds.needed(rule.actions):
        if not member.may(permission):
            words = {"what": permission.label}
            raise CannotAutomate(_("A rule does nothing that you may not do: you lack “%(what)s”.") % words)
    _check_facts(rule)
    if rule.when == When.DATE:
        _check_date(member, rule)
    _check_conditions(member, rule)
    _check_actions(member, rule)


def _check_facts(rule: Automation) -> None:
    facts = rule.facts
    if rule.when == When.KEYWORD:
        _check_phrases(facts.get("words"))
        for word in facts["words"]:
            if keywords.classify(word).action in {"opt_out", "start", "help"}:
                raise CannotAutomate(_("“%(word)s” has an answer of its own by law. Take it out.") % {"word": word})
    if rule.when == When.NO_ANSWER and not 1 <= int(facts.get("minutes") or 0) <= LONGEST_WAIT:
        raise CannotAutomate(_("Say after how long, at most 30 days."))
    if rule.when == When.TAGGED and not Tag.objects.filter(pk=facts.get("tag")).exists():
        raise CannotAutomate(_("Choose the tag that sets it off."))
    if rule.when == When.TAGGED and facts["tag"] in rule.actions.get("tags", ()):
        raise CannotAutomate(_("It would put on the tag that sets it off. Choose another."))
    if rule.when == When.FINDING and not (facts.get("kinds") and set(facts["kinds"]) <= set(TYPES)):
        raise CannotAutomate(_("Choose what has to be found."))


def _check_date(member: Membership, rule: Automation) -> None:
    try:
        relation, line = Relation.from_json(rule.facts), UUID(rule.facts["line"])
    except (KeyError, TypeError, ValueError):
        raise CannotAutomate(_("Say which date sets it off, and on which line it acts.")) from None
    field = next((one for one in fields_for(member) if one.id == relation.field_id), None)
    if field is None:
        raise CannotAutomate(_("The date is not there any more, or you do not see it. Choose another."))
    try:
        relation.refuse_unless(field.kind)
    except BadRelation as error:
        raise CannotAutomate(str(error)) from None
    if not visible_lines(member).filter(pk=line).exists():
        raise CannotAutomate(_("You do not use this line. Choose another."))


def _check_filter(member: Membership, filter_id: str) -> None:
    try:
        access_saved(member, UUID(filter_id))
    except (NotYours, ValueError):
        raise CannotAutomate(_("The saved filter is not there any more. Choose again.")) from None


def _check_conditions(member: Membership, rule: Automation) -> None:
    given = rule.conditions
    if "words" in given:
        _check_phrases(given["words"])
    about_text = {"words", "kinds"} & given.keys()
    if about_text and rule.when not in kinds.ABOUT_TEXTS:
        raise CannotAutomate(_("There is no text whose words it could look at. Take that condition out."))
    if "filter" in given:
        _check_filter(member, given["filter"])
    lines = set(visible_lines(member).values_list("pk", flat=True))
    found = {
        "lines": set(ids(given.get("lines"))) - lines,
        "teams": set(ids(given.get("teams"))) - set(Team.objects.values_list("pk", flat=True)),
        "tags": {*ids(given.get("tags")), *ids([one for one in [given.get("without_tag")] if one])}
        - set(Tag.objects.values_list("pk", flat=True)),
        "field": {given["field"]} - {str(one.id) for one in fields_for(member)} if given.get("field") else set(),
    }
    if any(found.values()):
        raise CannotAutomate(_("A line, team, tag or field of its conditions is not there any more. Choose again."))


def _check_actions(member: Membership, rule: Automation) -> None:
    does = rule.actions
    if "tags" in does and Tag.objects.filter(pk__in=ids(does["tags"])).count() != len(set(does["tags"])):
        raise CannotAutomate(_("A tag that it puts on is not there any more. Choose again."))
    people = kinds.people()
    if does.get("assign", "team") not in {"team", "share"} and not people.filter(pk=does["assign"]).exists():
        raise CannotAutomate(_("Whom it assigns to is not there any more. Choose again."))
    if "notify" in does:
        known = {*people.values_list("pk", flat=True), *Team.objects.values_list("pk", flat=True)}
        if not does["notify"] or not set(ids(does["notify"])) <= known:
            raise CannotAutomate(_("Whom it tells is not there any more. Choose again."))
    if "note" in does and (len(does["note"]) > LONGEST_NOTE or kept(does["note"]) != does["note"]):
        raise CannotAutomate(_("The note is too long, or holds what must not be kept. Shorten it."))
    if "reply" in does:
        _check_template(member, does["reply"])
    endpoints = WebhookEndpoint.objects.filter(state=WebhookEndpoint.State.ENABLED)
    if "webhook" in does and not endpoints.filter(pk=does["webhook"]).exists():
        raise CannotAutomate(_("The webhook endpoint is switched off or was removed. Choose another."))


def _check_template(member: Membership, template_id: str) -> None:
    version = usable(member).filter(template=parsed(template_id)).first()
    if version is None:
        raise CannotAutomate(_("You cannot use this template any more. Choose another."))
    names = {name for body in version.bodies.values() for name in without_instead(body)}
    if asked := [*asked_by_people(sorted(names)), *({"agent_name"} & names)]:
        words = {"name": f"{{{asked[0]}}}", "template": version.name}
        raise CannotAutomate(_("Nobody is there to fill in %(name)s of “%(template)s”. Choose another.") % words)


def _check_phrases(phrases: Any) -> None:
    if not phrases or len(phrases) > MOST_PHRASES or any(len(one) > LONGEST_PHRASE or not norm(one) for one in phrases):
        words = {"most": MOST_PHRASES, "long": LONGEST_PHRASE}
        raise CannotAutomate(_("Write one to %(most)d words or phrases of %(long)d characters.") % words)


def _fresh(rule: Automation) -> Automation:
    """As it is now, held until the transaction ends."""
    rows = Automation.objects.select_for_update(of=("self",), no_key=True).filter(pk=rule.pk, removed_at=None)
    found = rows.first()
    if found is None:
        raise CannotAutomate(_("A colleague has removed it meanwhile."))
    return found


def _last() -> int:
    return Automation.objects.aggregate(last=Max("place"))["last"] or 0


def _lock() -> None:
    with connection.cursor() as cursor:
        key = f"automations {current_organization_id()}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def parsed(text: str) -> UUID | None:
    """An id that somebody sent; None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
