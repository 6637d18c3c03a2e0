"""An organization's own triggers: words that customers write, kinds of findings."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.detectors.findings import TYPES
from compliance.escalations.cannot_act import CannotAct
from compliance.escalations.signals import Signal, family_of
from compliance.models import Escalation, EscalationRule
from compliance.words.plain_words import norm
from tenancy import audit
from tenancy.audit import AuditKind
from texting.inbound_steps import Seen

MOST_RULES, MOST_PHRASES, LONGEST_PHRASE, LONGEST_NAME = 50, 50, 80, 60


def matching(rules: Iterable[EscalationRule], body: str, seen: Sequence[Seen], message_id: UUID) -> list[Signal]:
    """A signal for each rule that a customer's text sets off. Phrases are compared as plain words, whole ones only."""
    words = f" {norm(body)} "
    found = []
    for rule in rules:
        facts: dict[str, Any] | None = None
        if rule.kind == EscalationRule.Kind.WORDS:
            phrase = next((one for one in rule.phrases if f" {norm(one)} " in words), None)
            facts = {"phrase": phrase} if phrase else None
        elif kinds := sorted({one.kind for one in seen} & set(rule.topics)):
            facts = {"types": kinds}
        if facts:
            facts = {"rule": rule.name, "rule_id": str(rule.pk), **facts}
            found.append(Signal(Escalation.Trigger.RULE, facts, family_of(rule.topics), message_id))
    return found


def save(
    *,
    member: Membership,
    name: str,
    kind: str,
    phrases: Sequence[str] = (),
    topics: Sequence[str] = (),
    rule: EscalationRule | None = None,
) -> EscalationRule:
    """Make a rule, or change `rule`. Raises CannotAct with what is wrong, MissingPermission."""
    require(member, Permission.ESCALATIONS_MANAGE)
    mine = rule or EscalationRule(made_by=member, made_at=timezone.now())
    mine.name, mine.kind = " ".join(name.replace("\x00", "").split()), kind
    mine.phrases = _phrases(phrases) if kind == EscalationRule.Kind.WORDS else []
    mine.topics = sorted(set(topics) & set(TYPES))
    if not 1 <= len(mine.name) <= LONGEST_NAME:
        raise CannotAct(_("Give it a name of at most %(most)d characters.") % {"most": LONGEST_NAME})
    if kind == EscalationRule.Kind.WORDS and not mine.phrases:
        raise CannotAct(_("Write at least one word or phrase."))
    if kind == EscalationRule.Kind.FINDING and not mine.topics:
        raise CannotAct(_("Choose at least one kind of finding."))
    if rule is None and EscalationRule.objects.count() >= MOST_RULES:
        raise CannotAct(_("There are %(most)d rules already. Change one of them.") % {"most": MOST_RULES})
    try:
        with transaction.atomic():
            mine.save()
    except IntegrityError:
        raise CannotAct(_("Another rule has this name.")) from None
    audit.record(event=AuditKind.ESCALATION_RULE_CHANGED, actor=member, object=mine, kind=kind, topics=mine.topics)
    return mine


def switch(*, member: Membership, rule: EscalationRule, on: bool) -> None:
    """Let it act from now on, or not. Raises MissingPermission."""
    require(member, Permission.ESCALATIONS_MANAGE)
    if EscalationRule.objects.filter(pk=rule.pk, is_active=not on).update(is_active=on):
        audit.record(event=AuditKind.ESCALATION_RULE_CHANGED, actor=member, object=rule, is_active=on)


def _phrases(phrases: Sequence[str]) -> list[str]:
    kept = [" ".join(one.replace("\x00", "").split()) for one in phrases]
    found = list(dict.fromkeys(one for one in kept if norm(one)))
    if len(found) > MOST_PHRASES or any(len(one) > LONGEST_PHRASE for one in found):
        raise CannotAct(
            _("Write at most %(most)d phrases of %(long)d characters each.")
            % {"most": MOST_PHRASES, "long": LONGEST_PHRASE}
        )
    return found
