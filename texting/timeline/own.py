"""What texting knows of a contact: conversations, changes of the contact, who looked."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Membership
from accounts.permissions import Permission
from tenancy.audit import AuditKind, kind_of
from tenancy.encryption import prefetch, readable
from tenancy.models import AuditEvent
from texting.fields.reading import fields_for
from texting.models import Conversation, Message, Reveal, Tag
from texting.queries.access import visible_conversations, with_people
from texting.queries.seeing import wording
from texting.timeline.kinds import Kind
from texting.timeline.merging import Asked, Entry

_CHANGES = {
    AuditKind.CONTACT_CREATED: (gettext_lazy("Contact added"), "user-plus", "neutral"),
    AuditKind.CONTACT_CHANGED: (gettext_lazy("Contact changed"), "pencil", "neutral"),
    AuditKind.CONTACT_FIELDS_CHANGED: (gettext_lazy("Details changed"), "pencil", "neutral"),
    AuditKind.CONTACT_TAGGED: (gettext_lazy("Tag put on"), "tag", "neutral"),
    AuditKind.CONTACT_UNTAGGED: (gettext_lazy("Tag taken off"), "tag", "neutral"),
    AuditKind.CONTACT_BLOCKED: (gettext_lazy("Blocked"), "ban", "warning"),
    AuditKind.CONTACT_UNBLOCKED: (gettext_lazy("Unblocked"), "undo-2", "neutral"),
    AuditKind.CONTACT_MERGED: (gettext_lazy("Merged: one person with several numbers"), "users", "neutral"),
    AuditKind.CONTACT_UNMERGED: (gettext_lazy("A number was taken off this contact"), "undo-2", "neutral"),
    AuditKind.CONTACT_DETACHED: (gettext_lazy("The number is somebody else's: name taken off"), "user", "warning"),
    AuditKind.CONTACT_PUT_BACK: (gettext_lazy("Name put back"), "undo-2", "neutral"),
    AuditKind.NUMBER_MARKED: (gettext_lazy("The carrier marked the number"), "phone-off", "warning"),
    AuditKind.NUMBER_UNMARKED: (gettext_lazy("Mark of the number taken off"), "phone", "neutral"),
}


_TAGGED = {AuditKind.CONTACT_TAGGED.value, AuditKind.CONTACT_UNTAGGED.value}


def conversations(asked: Asked) -> Iterator[Entry]:
    """Those that the member may read: when each began, its latest text, when it was resolved."""
    mine = with_people(asked.member, visible_conversations(asked.member)).filter(contact__in=asked.contacts)
    latest = asked.newest(mine, "last_activity_at")
    prefetch([*latest, *(row.contact for row in latest)])
    texts = Message.objects.filter(conversation__in=[row.pk for row in latest]).order_by()
    numbers = dict(texts.values("conversation").annotate(number=Count("pk")).values_list("conversation", "number"))
    for row in latest:
        if number := numbers.get(row.pk, 0):
            said = ngettext("%(count)d text on %(line)s", "%(count)d texts on %(line)s", number)
            title = said % {"count": number, "line": row.line.name}
            detail = wording(asked.member, row, "preview")
            yield _of(row, row.last_activity_at, title, "message-square", detail=detail)
    for row in asked.newest(mine, "opened_at"):
        yield _of(row, row.opened_at, _("Conversation began on %(line)s") % {"line": row.line.name}, "inbox")
    for row in asked.newest(mine, "resolved_at"):
        if row.resolved_at:
            title = _("Conversation resolved on %(line)s") % {"line": row.line.name}
            yield _of(row, row.resolved_at, title, "check")


def _of(row: Conversation, when: datetime, title: str, icon: str, *, detail: str = "") -> Entry:
    return Entry(when, title, detail=detail, icon=icon, url=reverse("conversation", args=[row.pk]))


def changes(asked: Asked) -> Iterator[Entry]:
    """What colleagues changed at the contact; of fields, the names of those that the member sees."""
    wanted = [kind.value for kind in _CHANGES]
    told_twice = Q(event__in=[AuditKind.CONTACT_MERGED.value, AuditKind.CONTACT_UNMERGED.value])
    own = Q(object_id=str(asked.contact.pk)) | (Q(object_id__in=[str(pk) for pk in asked.contacts]) & ~told_twice)
    mine = AuditEvent.objects.filter(own, event__in=wanted)
    found = asked.newest(mine, "at")
    prefetch(found)
    people = _names({row.actor_id for row in found if row.actor_id})
    names: dict[str, str] = {}
    if any(row.event == AuditKind.CONTACT_FIELDS_CHANGED for row in found):
        names = {str(field.id): field.name for field in fields_for(asked.member)}
    tags: dict[str, str] = {}
    if any(row.event in _TAGGED for row in found):
        tags = {str(pk): name for pk, name in Tag.objects.values_list("pk", "name")}
    for row in found:
        title, icon, tone = _CHANGES[kind_of(row.event)]
        detail = tags.get(str(_details(row).get("tag", "")), "") if row.event in _TAGGED else ""
        if row.event == AuditKind.CONTACT_FIELDS_CHANGED:
            detail = ", ".join(names[pk] for pk in _details(row).get("fields", ()) if pk in names)
            if not detail:  # that there is a field is no business of whoever does not see it
                yield Entry(row.at, "", is_shown=False)
                continue
        who = people.get(row.actor_id, "") if row.actor_id else ""
        yield Entry(row.at, str(title), detail=detail, who=who, icon=icon, tone=tone)


def reveals(asked: Asked) -> Iterator[Entry]:
    """Who looked at the number, for whoever may read that in the report."""
    if not asked.member.may(Permission.AUDIT_READ):
        return
    rows = Reveal.objects.filter(contact__in=asked.contacts).select_related("member__user")
    for row in asked.newest(rows, "created_at"):
        reason = str(Reveal.Reason(row.reason).label)
        yield Entry(row.created_at, _("Looked at name and number"), reason, row.member.user.name, "eye")


def _details(row: AuditEvent) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(readable(row, "details", "") or "{}")
    return found


def _names(ids: set[UUID]) -> dict[UUID, str]:
    rows = Membership.objects.filter(pk__in=ids).select_related("user") if ids else ()
    return {row.pk: row.user.name for row in rows}


SOURCES = {Kind.CONVERSATIONS: conversations, Kind.CHANGES: changes, Kind.LOOKS: reveals}
"""All of it."""
