"""Rules that ask for a tag, or put it on, when that tag is merged into another one."""

from typing import Any
from uuid import UUID

from compliance.models import Automation


def follow_tag(tag: UUID, into: UUID) -> None:
    """For `TEXTING_TAG_FOLLOWERS`: rules that name a tag which is merged away name the other one."""
    rules = Automation.objects.filter(removed_at=None).order_by("pk")
    for rule in rules.select_for_update(of=("self",), no_key=True):
        before = (rule.facts, rule.conditions, rule.actions)
        rule.facts, rule.conditions, rule.actions = (_named(one, str(tag), str(into)) for one in before)
        if before != (rule.facts, rule.conditions, rule.actions):
            rule.save(update_fields=["facts", "conditions", "actions"])


def _named(given: dict[str, Any], tag: str, into: str) -> dict[str, Any]:
    """The same with the other tag's id wherever this one's stands (`kinds`), each once."""
    found = dict(given)
    for name in ("tag", "without_tag"):
        if found.get(name) == tag:
            found[name] = into
    if tag in found.get("tags", ()):
        found["tags"] = list(dict.fromkeys(into if one == tag else one for one in found["tags"]))
    return found
