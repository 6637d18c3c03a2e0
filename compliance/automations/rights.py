"""What a rule's owner must still be allowed to: they are here, may do all of it by hand, and see what it asks for."""

from uuid import UUID

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.automations import kinds
from compliance.models import Automation
from texting.fields.reading import fields_for
from texting.models import ContactField

When = Automation.When


def lacks(rule: Automation) -> bool:
    """Whether its owner may not do, or may not see, something of it any more."""
    owner = rule.owner
    active = owner.is_active and owner.user.is_active
    if not active or not all(owner.may(one) for one in (Permission.AUTOMATIONS_MANAGE, *kinds.needed(rule.actions))):
        return True
    return bool(hidden_fields(owner, rule))


def hidden_fields(member: Membership, rule: Automation) -> set[UUID]:
    """Fields of contacts that the rule asks for and that the member does not see; one that is archived is no secret."""
    asked = {rule.conditions.get("field"), rule.facts.get("field") if rule.when == When.DATE else None} - {None, ""}
    wanted = {UUID(one) for one in asked}
    if not wanted:
        return set()
    there = ContactField.objects.filter(pk__in=wanted, archived_at=None)
    return set(there.values_list("pk", flat=True)) - {one.id for one in fields_for(member)}
