"""Changing what happens to types of texts and which links may go; each change is a new version, with who made it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.content_types import rules
from compliance.content_types.catalogue import CATALOGUE, ContentType
from compliance.content_types.links import is_domain
from compliance.content_types.rules import CHOICES, FORBIDDEN, LEAST_WAIT, MOST_WAIT, USUAL, Action, Decided
from compliance.content_types.words import ACTIONS
from compliance.models import ContentRules
from tenancy import audit
from tenancy.audit import AuditKind

MOST_DOMAINS = 50
SHOWN = 30


class CannotChange(ValueError):
    """It is not changed; the message is a sentence for the person who asked."""


@dataclass(frozen=True)
class Change:
    """One change, as `{% timeline %}` shows it."""

    when: datetime
    title: str
    detail: str
    who: str
    icon: str = "shield-check"
    tone: str = "neutral"


def change(*, member: Membership, wanted: Decided) -> bool:
    """Make a new version. Whether anything changed. Raises CannotChange, MissingPermission."""
    require(member, Permission.ORGANIZATION_MANAGE)
    _check(wanted)
    rules.lock()
    before = rules.decided()
    if wanted == before:
        return False
    row = ContentRules.objects.create(
        actions={name: action for name, action in wanted.actions.items() if action is not USUAL[name]},
        wait_hours=wanted.wait_hours,
        domains=list(wanted.domains),
        only_https=wanted.only_https,
        made_by=member,
        made_at=timezone.now(),
    )
    audit.record(
        event=AuditKind.CONTENT_RULES_CHANGED, actor=member, object=row, before=_facts(before), after=_facts(wanted)
    )
    rules.forget()
    return True


def _check(wanted: Decided) -> None:
    if set(wanted.actions) != set(CHOICES) or any(a not in CHOICES[row] for row, a in wanted.actions.items()):
        raise CannotChange(_("Choose for each row one of what is offered."))
    if not LEAST_WAIT <= wanted.wait_hours <= MOST_WAIT:
        bounds = {"least": LEAST_WAIT, "most": MOST_WAIT}
        raise CannotChange(_("A text waits between %(least)d and %(most)d hours.") % bounds)
    if len(wanted.domains) > MOST_DOMAINS:
        raise CannotChange(_("At most %(most)d domains.") % {"most": MOST_DOMAINS})
    for domain in wanted.domains:
        if not is_domain(domain):
            raise CannotChange(_("%(domain)s is no domain. Write it like example.com.") % {"domain": domain[:80]})


def history() -> list[Change]:
    """The latest changes, the newest first, each as what it changed."""
    rows = list(ContentRules.objects.select_related("made_by__user").order_by("-made_at", "-id")[: SHOWN + 1])
    befores = [*map(rules.read, rows[1:]), Decided()]
    return [
        Change(row.made_at, _title(before, rules.read(row)), "", row.made_by.user.name)
        for row, before in zip(rows[:SHOWN], befores, strict=False)
    ]


def row_label(row: str) -> str:
    """What a row of the settings is called."""
    return str(_("Forbidden by carriers") if row == FORBIDDEN else CATALOGUE[ContentType(row)].label)


def _title(before: Decided, after: Decided) -> str:
    changed = [
        f"{row_label(row)}: {ACTIONS[before.actions[row]]} → {ACTIONS[after.actions[row]]}"
        for row in CHOICES
        if before.actions[row] is not after.actions[row]
    ]
    if before.wait_hours != after.wait_hours:
        changed.append(_("Hours: %(before)d → %(after)d") % {"before": before.wait_hours, "after": after.wait_hours})
    if before.domains != after.domains:
        changed.append(_("Domains: %(now)s") % {"now": ", ".join(after.domains) or _("any")})
    if before.only_https != after.only_https:
        changed.append(_("Only secure links") if after.only_https else _("Also links without https"))
    return " · ".join(changed)


def _facts(decided: Decided) -> dict[str, object]:
    actions = {row: Action(action).value for row, action in decided.actions.items()}
    return {
        "actions": actions,
        "wait_hours": decided.wait_hours,
        "domains": list(decided.domains),
        "only_https": decided.only_https,
    }
