"""What a rule is made of, as it is stored: facts of what sets it off, conditions, actions. Values by fixed names.

Facts: `words` (keyword), `minutes` and `business` (no answer), `tag` (tagged), `kinds` (finding);
of a date a `Relation` of scheduled texts and `line` (an id), on which it acts.
Conditions, of which all or any hold: `lines`, `teams`, `tags` (ids, one of them), `without_tag` (an id), `field` and
`value` (a contact's field holds that), `words` (one of these phrases is in the text), `language`, `hours` ("open" or
"closed"), `escalation` and `assigned` ("yes" or "no"), `kinds` (one of these was found in the text), `filter` (a saved
filter of contacts).
Actions: `tags` (ids), `assign` (a member's id, "team" or "share"), `note` (words), `notify` (ids of members and teams),
`reply` (a template's id), `escalate` (why), `webhook` (an endpoint's id), `close` (True).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.models import Automation
from tenancy.isolation import current_organization_id

When = Automation.When
ON_TEXTS = (When.TEXT, When.KEYWORD, When.FIRST, When.CLOSED, When.FINDING)
"""What an arriving text sets off at once."""
ABOUT_TEXTS = (*ON_TEXTS, When.NO_ANSWER)
"""Where there is a text that conditions can be about."""
ORDER = ("tags", "assign", "note", "notify", "reply", "escalate", "webhook", "close")
"""In which actions are done: an open escalation lets no answer pass, a resolved conversation has no assignee."""
ACTIONS = {
    "tags": _("Put on tags"),
    "assign": _("Assign"),
    "note": _("Leave a note"),
    "notify": _("Tell colleagues"),
    "reply": _("Send an answer"),
    "escalate": _("Escalate"),
    "webhook": _("Call a webhook"),
    "close": _("Resolve"),
}
NEEDS = {
    "tags": Permission.CONTACTS_EDIT,
    "assign": Permission.CONVERSATIONS_ASSIGN,
    "note": Permission.NOTES_WRITE,
    "notify": Permission.NOTES_WRITE,
    "reply": Permission.MESSAGES_SEND,
    "escalate": Permission.ESCALATIONS_HANDLE,
    "webhook": Permission.WEBHOOKS_MANAGE,
    "close": Permission.CONVERSATIONS_RESOLVE,
}
"""What the owner of a rule must be allowed to do by hand. Whom a member tells, they tell in a note."""
MOST_RULES, MOST_PHRASES, LONGEST_PHRASE = 50, 50, 80
LONGEST_WAIT = 30 * 24 * 60  # minutes
MOST_DEPTH = 1
"""How many rules may lie between a trigger and what a person, a customer or the clock did."""
LATE = timedelta(hours=4)
"""So long after its time a text by a rule still makes sense, as a reply may wait to be sent (`purposes.TERMS`)."""


def needed(actions: Mapping[str, Any]) -> list[Permission]:
    """What these actions ask of their owner, each once."""
    wanted = [Permission.CONVERSATIONS_READ, *(NEEDS[one] for one in ORDER if one in actions)]
    return list(dict.fromkeys(wanted))


def people() -> QuerySet[Membership]:
    """Whom rules may name: the organization's active people. Memberships stand behind no wall, so it is asked here."""
    rows = Membership.objects.filter(organization_id=current_organization_id())
    return rows.filter(is_active=True, is_machine=False)


def ids(values: Any) -> list[UUID]:
    """Stored ids as they are."""
    return [UUID(one) for one in values or ()]
