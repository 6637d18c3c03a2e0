"""Rules of tests, and the worker."""

from collections.abc import Mapping
from typing import Any

from accounts.models import Membership
from compliance.automations import rules, working
from compliance.automations.rules import Wanted
from compliance.models import Automation, AutomationAct, AutomationRun
from tenancy.isolation import activate
from tests.compliance.templates_of import published
from tests.texting.desk import Desk
from texting import tagging
from texting.models import ContactTag, Message, Tag


def rule(
    desk: Desk,
    when: str = "text",
    *,
    name: str = "",
    member: Membership | None = None,
    on: bool = True,
    facts: Mapping[str, Any] | None = None,
    conditions: Mapping[str, Any] | None = None,
    **actions: Any,
) -> Automation:
    """A rule that is on; `stops` and `needs_all` stand among the actions."""
    more = {key: actions.pop(key) for key in ("stops", "needs_all") if key in actions}
    member = member or desk.cast.owner
    with activate(desk.organization):
        title = name or f"Rule {Automation.objects.count() + 1}"
        wanted = Wanted(title, when, facts or {}, conditions or {}, actions, **more)
        made = rules.save(member=member, wanted=wanted)
        if on:
            rules.switch(member=member, rule=made, on=True)
        return Automation.objects.get(pk=made.pk)


def template(desk: Desk, body: str = "We are back on Monday.", name: str = "Closed") -> str:
    """A published one, by its id."""
    with activate(desk.organization):
        return str(published(desk.cast.owner, name, body).template_id)


def tag(desk: Desk, name: str = "Night") -> str:
    """A tag, by its id."""
    with activate(desk.organization):
        found = Tag.objects.filter(name=name).first()
        return str((found or tagging.add_tag(member=desk.cast.owner, name=name)).pk)


def work(desk: Desk) -> None:
    """The worker, until nothing is due."""
    while working.work(desk.organization.pk):
        pass


def runs(desk: Desk) -> list[tuple[str, str]]:
    """Rule and result of each run, the oldest first."""
    with activate(desk.organization):
        rows = AutomationRun.objects.order_by("at", "id")
        return [(row.automation.name, str(row.result)) for row in rows.select_related("automation")]


def acts(desk: Desk) -> list[tuple[str, str, str]]:
    """Kind, result and what spoke against it of each action, the oldest first."""
    with activate(desk.organization):
        rows = AutomationAct.objects.order_by("run__at", "id")
        return [(row.kind, str(row.result), row.rule) for row in rows]


def sent(desk: Desk) -> list[str]:
    """The words of automatic texts by rules, the oldest first."""
    with activate(desk.organization):
        rows = Message.objects.filter(direction="out", author=None, purpose="reply")
        return [row.body for row in rows.order_by("created_at", "id")]


def tags_on(desk: Desk, contact_id: Any) -> set[str]:
    """The names of a contact's tags."""
    with activate(desk.organization):
        return set(ContactTag.objects.filter(contact=contact_id).values_list("tag__name", flat=True))
