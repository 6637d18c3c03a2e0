"""Lists of templates: for those who write them, and for those who use them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.permissions import Permission, require
from compliance.content_types.kinds import ContentType
from compliance.message_templates.reach import Reach, readable
from compliance.models import MessageTemplate, TemplateVersion

PAGE = 50


class State(StrEnum):
    """What a list is asked for."""

    ALL = ""
    PUBLISHED = "published"
    DRAFT = "draft"
    ARCHIVED = "archived"


class Whose(StrEnum):
    """Whose templates a list shows."""

    ANYBODYS = ""
    OWN = "own"
    SHARED = "shared"


STATE_WORDS = {
    State.ALL: _("In use and drafts"),
    State.PUBLISHED: _("Published"),
    State.DRAFT: _("Drafts"),
    State.ARCHIVED: _("Archived"),
}


@dataclass(frozen=True)
class Wanted:
    """Which templates: every word of `words` in name, shortcut or body. `team` None: any."""

    state: State = State.ALL
    words: str = ""
    type: ContentType | None = None
    team: UUID | None = None
    whose: Whose = Whose.ANYBODYS


def listed(member: Membership, wanted: Wanted, *, among: Reach = readable) -> list[MessageTemplate]:
    """Those that the member reaches and that fit, by name."""
    rows = among(member)
    if wanted.whose:
        rows = rows.filter(owner=member) if wanted.whose is Whose.OWN else rows.filter(owner=None)
    in_use = Q(archived_at=None)
    rows = rows.filter(~in_use if wanted.state is State.ARCHIVED else in_use)
    if wanted.state is State.PUBLISHED:
        rows = rows.filter(version__gt=0)
    if wanted.state is State.DRAFT:
        rows = rows.filter(has_changes=True)
    if wanted.type:
        rows = rows.filter(type=wanted.type.value)
    if wanted.team:
        rows = rows.filter(team_id=wanted.team)
    words = wanted.words.replace("\x00", "").casefold().split()
    return [row for row in rows.order_by("name", "id") if _holds(row, words)]


def _holds(row: MessageTemplate, words: list[str]) -> bool:
    text = " ".join([row.name, f"/{row.shortcut}", *row.bodies.values()]).casefold()
    return all(word in text for word in words)


def history(template: MessageTemplate) -> list[TemplateVersion]:
    """Every version, the newest first."""
    return list(template.versions.select_related("published_by__user", "asked_by__user").order_by("-number"))


@dataclass(frozen=True)
class Change:
    """A version beside the one before it: the words of each language, before and after ("" where there were none)."""

    version: TemplateVersion
    bodies: tuple[tuple[str, str, str], ...]


def changes(template: MessageTemplate) -> Iterator[Change]:
    """The history with what each version changed."""
    versions = history(template)
    for at, version in enumerate(versions):
        before = versions[at + 1].bodies if at + 1 < len(versions) else {}
        languages = dict.fromkeys([*version.languages, *before])
        rows = ((one, before.get(one, ""), version.bodies.get(one, "")) for one in languages)
        yield Change(version, tuple(row for row in rows if row[1] != row[2]))


def usable(member: Membership, *, team_id: UUID | None = None, own: bool = False) -> QuerySet[TemplateVersion]:
    """The newest version of each template that the member may use: on a line of this team, or on any line of theirs.

    `own`: with what is the member's own before all others, for a text that they write by hand; what a program, a rule
    or many recipients get is the organization's. Raises MissingPermission.
    """
    found = usable_versions(member, team_id=team_id, own=own).filter(number=F("template__version"))
    return found.order_by(F("template__owner").asc(nulls_last=True), "name", "id") if own else found


def usable_versions(member: Membership, *, team_id: UUID | None = None, own: bool = False) -> QuerySet[TemplateVersion]:
    """`usable`, with the older versions of the same templates, for what began with them. Raises MissingPermission.

    Who may have no own ones any more uses none of those that are left.
    """
    require(member, Permission.MESSAGES_SEND)
    own = own and member.may(Permission.TEMPLATES_OWN)
    rows = TemplateVersion.objects.select_related("template__team").filter(template__archived_at=None)
    shared = Q(template__owner=None)
    if team_id is not None:
        shared &= Q(template__team=None) | Q(template__team_id=team_id)
    elif not member.may(Permission.CONVERSATIONS_READ_ALL):
        shared &= Q(template__team=None) | Q(template__team_id__in=member.team_ids)
    return rows.filter(shared | Q(template__owner=member) if own else shared).order_by("name", "id")
