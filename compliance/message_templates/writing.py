"""Colleagues write templates: begin one, copy one, change it, publish it, archive it, take it back out.

A draft may be unfinished; what must not even be kept is refused (`checking.Weight.NEVER`), and what is published has no
flaw at all. Who may do so with which one is said by `reach`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Team
from accounts.permissions import Permission, require
from compliance.content_types.kinds import ContentType
from compliance.content_types.rules import linked
from compliance.message_templates import telling
from compliance.message_templates.checking import Flaw, Weight, against, judge_all
from compliance.message_templates.contact_fields import unseen
from compliance.message_templates.library import Example
from compliance.message_templates.placeholders import fields_in, written
from compliance.message_templates.reach import Reach, manageable, readable, wants_second
from compliance.models import MessageTemplate, TemplateRules, TemplateVersion
from tenancy import audit
from tenancy.audit import AuditKind

LONGEST_NAME = 60
SHORTCUT = re.compile(r"[a-z0-9][a-z0-9-]{0,23}")
MOST, MOST_OWN = 500, 200  # templates of one organization, and of one person, that are not archived


class NameTaken(ValueError):
    """Another template has that name."""


class ShortcutTaken(ValueError):
    """Another template has that shortcut."""


class Flawed(ValueError):
    """What is written cannot be kept, or not be published; `flaws` say why."""

    def __init__(self, flaws: list[Flaw]) -> None:
        super().__init__(len(flaws))
        self.flaws = flaws


class NeedsSecond(ValueError):
    """Somebody who neither wrote it last nor asked has to publish it."""


class TooMany(ValueError):
    """The organization has MOST templates already, or the person MOST_OWN of their own; `most` says which."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class Overtaken(ValueError):
    """It was changed after whoever wants something of it looked at it."""


class NotNow(ValueError):
    """It is archived, or it is not: somebody was faster."""


@dataclass(frozen=True)
class Wish:
    """What a template is to be. `bodies`: by language, the one that others fall back to first. `team` None: all.

    `own`: only whoever writes it sees and uses it; it has no team then. What it was begun as, it stays.
    """

    name: str
    type: ContentType
    bodies: Mapping[str, str]
    shortcut: str = ""
    team: Team | None = None
    library_key: str = ""
    own: bool = False


def create(*, actor: Membership, wish: Wish) -> MessageTemplate:
    """A new draft. Raises Flawed for what is not even kept, NameTaken, ShortcutTaken, TooMany."""
    require(actor, Permission.TEMPLATES_OWN if wish.own else Permission.TEMPLATES_MANAGE)
    return begin(actor=actor, wish=wish)


def begin(*, actor: Membership, wish: Wish) -> MessageTemplate:
    """The same of a caller that has checked what the actor may. Raises what `create` does."""
    owner, most = (actor, MOST_OWN) if wish.own else (None, MOST)
    if MessageTemplate.objects.filter(archived_at=None, owner=owner).count() >= most:
        raise TooMany(most)
    template = MessageTemplate(owner=owner, made_by=actor, made_at=timezone.now())
    _write(template, wish, actor)
    audit.record(event=AuditKind.TEMPLATE_CREATED, actor=actor, object=template, type=template.type, own=wish.own)
    return template


def save(*, actor: Membership, template: MessageTemplate, wish: Wish, seen: str = "") -> MessageTemplate:
    """Change what is written; what was published stays in use.

    `seen`: the `state_of` that the actor looked at. Raises what `create` does but TooMany, and NotNow, Overtaken.
    """
    now = as_seen(actor, template, seen)
    _write(now, wish, actor)
    audit.record(event=AuditKind.TEMPLATE_CHANGED, actor=actor, object=now, type=now.type)
    return now


def publish(*, actor: Membership, template: MessageTemplate, seen: str = "") -> TemplateVersion:
    """Let it be sent as it is written. What has not changed keeps its version.

    Raises Flawed, NotNow, Overtaken; NeedsSecond where the organization wants a second person: `ask`.
    """
    now = as_seen(actor, template, seen, among=readable)
    require_flawless(actor, now)
    newest = TemplateVersion.objects.filter(template=now).order_by("-number").first()
    if newest is not None and not now.has_changes:
        return newest
    if wants_second(own=now.owner_id is not None) and {now.asked_by_id, now.changed_by_id} & {None, actor.pk}:
        raise NeedsSecond
    made = TemplateVersion.objects.create(
        template=now,
        number=now.version + 1,
        name=now.name,
        type=now.type,
        languages=now.languages,
        bodies=now.bodies,
        published_by=actor,
        published_at=timezone.now(),
        asked_by_id=now.asked_by_id,
    )
    MessageTemplate.objects.filter(pk=now.pk).update(
        version=made.number, has_changes=False, asked_by=None, asked_at=None
    )
    audit.record(event=AuditKind.TEMPLATE_PUBLISHED, actor=actor, object=now, version=made.number)
    if now.asked_by_id is not None:
        telling.decided(now, by=actor, approved=True)
    return made


def ask(*, actor: Membership, template: MessageTemplate, seen: str = "") -> None:
    """Have a second person look at it, as it is written. A change takes that back. Raises what `publish` does."""
    now = as_seen(actor, template, seen)
    require_flawless(actor, now)
    if now.has_changes and now.asked_by_id is None:
        now.asked_by, now.asked_at = actor, timezone.now()
        MessageTemplate.objects.filter(pk=now.pk).update(asked_by=actor, asked_at=now.asked_at)
        audit.record(event=AuditKind.TEMPLATE_ASKED, actor=actor, object=now)
        telling.waits(now)


def send_back(*, actor: Membership, template: MessageTemplate) -> None:
    """Not like this: it does not wait any more, its words stay. Raises NotNow when it does not wait."""
    now = _locked(actor, template, among=readable)
    if now.asked_by_id is None:
        raise NotNow
    MessageTemplate.objects.filter(pk=now.pk).update(asked_by=None, asked_at=None)
    audit.record(event=AuditKind.TEMPLATE_SENT_BACK, actor=actor, object=now)
    telling.decided(now, by=actor, approved=False)


def want_second(*, actor: Membership, wanted: bool, for_own: bool = False) -> None:
    """Decide whether a second person approves, and also what somebody writes for themselves (`for_own`); nobody lifts
    that for their own text alone. Raises MissingPermission.
    """
    require(actor, Permission.TEMPLATES_MANAGE, Permission.ORGANIZATION_MANAGE)
    TemplateRules.objects.update_or_create(defaults={"second_person": wanted, "second_for_own": for_own})
    audit.record(event=AuditKind.TEMPLATE_RULE_CHANGED, actor=actor, second_person=wanted, second_for_own=for_own)


def require_flawless(actor: Membership, now: MessageTemplate) -> None:
    judged = judge_all(ContentType(now.type), now.languages, now.bodies, domains=linked())
    flaws = [*against(judged, Weight.NEVER, Weight.BEFORE), *unseen_fields(actor, now.bodies)]
    if flaws or not now.languages:
        raise Flawed(flaws)


def unseen_fields(actor: Membership, bodies: Mapping[str, str]) -> list[Flaw]:
    """What keeps these bodies, by language, from being published by this member: fields of contacts that do not exist
    or that they do not see.
    """
    return [
        Flaw(
            Weight.BEFORE,
            language,
            0,
            _("%(name)s is no field of contacts that you see.") % {"name": written(name)},
            _("Write the field's name as it stands under Settings > Fields of contacts."),
        )
        for language, body in bodies.items()
        for name in unseen(actor, fields_in([body]))
    ]


def take_back(*, actor: Membership, template: MessageTemplate, number: int, seen: str = "") -> MessageTemplate:
    """Write what an older version said into the draft, name and type too; it is used once it is published.

    What was being written is gone, so `seen` is what the actor looked at. Raises what `save` does; Overtaken also when
    there is no such version.
    """
    now = as_seen(actor, template, seen)
    old = TemplateVersion.objects.filter(template=now, number=number).first()
    if old is None:
        raise Overtaken
    bodies = {language: old.bodies[language] for language in old.languages}
    _write(now, Wish(old.name, ContentType(old.type), bodies, now.shortcut, now.team), actor)
    audit.record(event=AuditKind.TEMPLATE_CHANGED, actor=actor, object=now, type=now.type, back_to=number)
    return now


def duplicate(*, actor: Membership, template: MessageTemplate) -> MessageTemplate:
    """A draft with the same words under a name of its own, without a shortcut. Raises what `create` does."""
    found = _locked(actor, template)
    bodies = {language: found.bodies.get(language, "") for language in found.languages}
    name, own = free_name(found.name, owner=found.owner), found.owner_id is not None
    wish = Wish(name, ContentType(found.type), bodies, "", found.team, found.library_key, own=own)
    return create(actor=actor, wish=wish)


def copy(*, actor: Membership, example: Example) -> MessageTemplate:
    """A draft with the words of one that ships with Parley: the organization's, or of whoever manages none their own.

    Raises what `create` does.
    """
    own = not actor.may(Permission.TEMPLATES_MANAGE)
    owner = actor if own else None
    taken = MessageTemplate.objects.filter(archived_at=None, owner=owner, shortcut=example.shortcut).exists()
    name, shortcut = free_name(example.name, owner=owner), "" if taken else example.shortcut
    return create(actor=actor, wish=Wish(name, example.type, example.bodies, shortcut, None, example.key, own=own))


def archive(*, actor: Membership, template: MessageTemplate) -> None:
    """Nobody can use it any more; its history stays. Raises NotNow when it is archived already."""
    now = _locked(actor, template)
    if now.archived_at is not None:
        raise NotNow
    MessageTemplate.objects.filter(pk=now.pk).update(
        archived_at=timezone.now(), archived_by=actor, asked_by=None, asked_at=None
    )
    audit.record(event=AuditKind.TEMPLATE_ARCHIVED, actor=actor, object=now)


def restore(*, actor: Membership, template: MessageTemplate) -> None:
    """Back among the others, as published as it was. Raises NotNow, NameTaken or ShortcutTaken."""
    now = _locked(actor, template)
    if now.archived_at is None:
        raise NotNow
    now.archived_at, now.archived_by = None, None
    _store(now)
    audit.record(event=AuditKind.TEMPLATE_RESTORED, actor=actor, object=now)


def state_of(template: MessageTemplate) -> str:
    """A word that changes with every change of what is written."""
    return template.changed_at.isoformat()


def as_seen(actor: Membership, template: MessageTemplate, seen: str, *, among: Reach = manageable) -> MessageTemplate:
    """The row as it is now, when it is in use and still what the actor saw; "" looks at nothing.

    Raises NotNow, Overtaken; NotNow also when it is none that the actor reaches any more.
    """
    now = _locked(actor, template, among=among)
    if now.archived_at is not None:
        raise NotNow
    if seen and seen != state_of(now):
        raise Overtaken
    return now


def _locked(actor: Membership, template: MessageTemplate, *, among: Reach = manageable) -> MessageTemplate:
    """The row as it is now. Raises MissingPermission, NotNow."""
    found = among(actor).select_for_update(of=("self",)).filter(pk=template.pk).first()
    if found is None:
        raise NotNow
    return found


def _write(template: MessageTemplate, wish: Wish, actor: Membership) -> None:
    bodies = {language: body.replace("\r\n", "\n").strip() for language, body in wish.bodies.items()}
    flaws = against(judge_all(wish.type, tuple(bodies), bodies), Weight.NEVER)
    if flaws:
        raise Flawed(flaws)
    before = (template.name, template.type, template.languages, template.bodies)
    template.name, template.type = wish.name.strip(), wish.type.value
    template.languages, template.bodies = list(bodies), bodies
    template.shortcut, template.team = wish.shortcut, None if template.owner_id else wish.team
    template.library_key = wish.library_key or template.library_key
    template.has_changes |= before != (template.name, template.type, template.languages, template.bodies)
    template.changed_by, template.changed_at = actor, timezone.now()
    template.asked_by, template.asked_at = None, None
    _store(template)


def _store(template: MessageTemplate) -> None:
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        if "messagetemplate_name_once" in str(error):
            raise NameTaken from None
        if "messagetemplate_shortcut_once" in str(error):
            raise ShortcutTaken from None
        raise


def free_name(name: str, *, owner: Membership | None) -> str:
    """The name, or with a number behind it where one of the owner's (None: the organization's) has it."""
    taken = set(MessageTemplate.objects.filter(archived_at=None, owner=owner).values_list("name", flat=True))
    tries = (name if n == 1 else f"{name[: LONGEST_NAME - 4]} {n}" for n in range(1, MOST + 2))
    return next(one for one in tries if one not in taken)
