"""Builds an organization from its story (a JSON file beside this module): people, lines, a week of conversations.

The texts are history: they are written as they would stand in the database a week later, and nothing is sent.
"""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from accounts.built_in_roles import BUILT_IN_ROLES
from accounts.models import CodePhone, Membership, MembershipRole, Role, Team, TeamMember, User
from accounts.permissions import Permission
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent
from config.demo import escalating
from config.demo.handing_over import handed_over
from config.demo.keeping import end_what_is_due, keep
from config.demo.measuring import measures
from config.demo.polling import poll, scores
from config.demo.reviewing import reviews
from config.demo.saved_texts import take_from_library
from config.demo.scheduling import schedule_text
from config.demo.tagging import fields, filters, tags
from portal.payments.accounts import SIMULATOR, Wish, connect, try_keys
from tenancy.isolation import activate
from tenancy.models import Organization
from texting import threads
from texting.models import Contact, Conversation, Decision, Line, LineKey, Message, Note, SendingCount, SendingLimits
from texting.phone_numbers import mask, parse
from texting.providers.base import Credentials
from texting.purposes import Purpose
from texting.searching import filling
from texting.segments import count
from texting.statuses import ErrorKind, MessageStatus

STORIES = (Path(__file__).parent / "harbor_dental.json", Path(__file__).parent / "northside_plumbing.json")

Story = dict[str, Any]


@dataclass
class Built:
    """What has been made so far, by the names of the story."""

    organization: Organization
    members: dict[str, Membership] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)


_DAYS = (212, 240, 198, 61, 12, 233, 251, 260, 219, 204, 74, 9, 247)  # segments, the latest last


def _payments(built: Built) -> None:
    """Simulated ones, where there is a simulator: a button beside each message asks for one."""
    owner = next((member for member in built.members.values() if member.is_owner), None)
    if settings.SIMULATOR_ENABLED and owner is not None:
        wish = Wish(SIMULATOR)
        connect(actor=owner, wish=wish, facts=try_keys(wish))


def _use(organization: Organization) -> None:
    """Ceilings of a business that has texted for a while, and what it has sent."""
    SendingLimits.objects.create(daily_segments=1_000, daily_micros=40_000_000)
    today = (
        timezone.now().astimezone(ZoneInfo(organization.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    )
    for ago, segments in enumerate(reversed(_DAYS), start=1):
        SendingCount.objects.create(
            kind=SendingCount.Kind.DAY,
            begins_at=(today - timedelta(days=ago, hours=-12)).replace(hour=0),
            texts=segments,
            segments=segments,
            micros=segments * 14_500,
        )


def build(path: Path, password: str) -> list[dict[str, str]]:
    """Make one organization. Returns its people as [{email, name, role, organization}]; nobody who is inactive."""
    story: Story = json.loads(path.read_text(encoding="utf-8"))
    organization = Organization.objects.create(**story["organization"])
    with activate(organization):
        built = Built(organization)
        _teams(built, story)
        people = _people(built, story, password)
        _lines(built, story)
        owner = next(member for member in built.members.values() if member.is_owner)
        take_from_library(owner, built.teams, story.get("templates", []))
        _payments(built)
        _use(organization)
        for conversation in story["conversations"]:
            _conversation(built, conversation)
        tags(owner, story.get("tags", {}))
        fields(owner, story.get("fields", {}))
        filters(owner, story.get("filters", {}))
        if story.get("poll"):
            poll(owner, built.lines, story["poll"])
        scores(owner, story.get("scores", []))
        if story.get("measures"):
            measures(next(member for member in built.members.values() if member.is_owner))
        if story.get("reviews"):
            reviews(built.members)
        while filling.fill():  # the stories were stored row by row
            pass
        if story.get("keeping"):
            admin = next(one for one in built.members.values() if one.may(Permission.HOLDS_MANAGE) and one != owner)
            keep(owner, admin, story["keeping"])
    if story.get("keeping"):
        end_what_is_due(owner)
    return people


def _teams(built: Built, story: Story) -> None:
    for name in story["teams"]:
        built.teams[name] = Team.objects.create(name=name)
    for key, role in BUILT_IN_ROLES.items():
        Role.objects.create(name=role.name, built_in=key)


def _people(built: Built, story: Story, password: str) -> list[dict[str, str]]:
    shown = []
    for person in story["people"]:
        active = not person.get("inactive", False)
        owner = person.get("owner", False)
        user = User.objects.create_user(email=person["email"], name=person["name"], password=password)
        member = Membership.objects.create(user=user, organization=built.organization, is_owner=owner, is_active=active)
        built.members[person["name"]] = member
        if not owner:
            MembershipRole.objects.create(membership=member, role=Role.objects.get(built_in=person["role"]))
        if phone := person.get("codes_by_text"):  # so that a newcomer can see one arrive
            CodePhone.objects.create(user=user, name="Phone", number=phone, number_masked=mask(phone), confirmed=True)
        for team in person["teams"]:
            TeamMember.objects.create(team=built.teams[team], membership=member)
        if active:
            role = "Owner" if owner else BUILT_IN_ROLES[person["role"]].name
            shown.append(
                {"email": user.email, "name": user.name, "role": role, "organization": built.organization.name}
            )
    return shown


def _lines(built: Built, story: Story) -> None:
    provider = "simulator" if settings.SIMULATOR_ENABLED else "twilio"
    for line in story["lines"]:
        made = Line.objects.create(
            name=line["name"],
            number=line["number"],
            team=built.teams[line["team"]],
            provider=provider,
            credentials=Credentials(account="demo", secret=secrets.token_urlsafe(32)).to_json(),
            is_active=settings.SIMULATOR_ENABLED,
            texts_per_second=5,
            sends_codes=line.get("sends_codes", False),
        )
        LineKey.objects.create(line_id=made.pk, organization=built.organization, texts_per_second=5)
        built.lines[line["name"]] = made


def _conversation(built: Built, story: Story) -> None:
    """One conversation with its texts and notes, its consent and its state."""
    line = built.lines[story["line"]]
    begun = _moment(built.organization, story["days_ago"], story["hour"])
    contact = threads.contact_for(parse(story["number"]), name=story["contact"])
    Contact.objects.filter(pk=contact.pk).update(created_at=begun)
    resolved_at = begun + timedelta(hours=2) if story.get("resolved") else None
    conversation = Conversation.objects.create(
        contact=contact,
        line=line,
        status="resolved" if resolved_at else "open",
        assignee=built.members.get(story.get("assignee", "")),
        opened_at=begun,
        resolved_at=resolved_at,
        last_activity_at=begun,
        unread=story.get("unread", 0),
    )
    wrote = Evidence(source=ConsentEvent.Source.INBOUND, at=begun)
    consent.give(contact, kind=ConsentEvent.Kind.REPLY, evidence=wrote)
    for text in story["texts"]:
        _entry(built, conversation, contact, begun, text, fails=story.get("fails") == "landline")
    if story.get("stopped"):
        said = Evidence(
            source=ConsentEvent.Source.KEYWORD, words="STOP", matched="stop", at=conversation.last_activity_at
        )
        consent.withdraw(contact, evidence=said)
    if "escalation" in story:
        escalating.tell(built.members, conversation, story["escalation"])
    if "scheduled" in story:
        schedule_text(built.members, conversation, story["scheduled"])


def _entry(
    built: Built, conversation: Conversation, contact: Contact, begun: datetime, text: list[Any], *, fails: bool
) -> None:
    who, minutes, *rest = text
    at = begun + timedelta(minutes=minutes)
    if who == "note":
        author, body = rest
        Note.objects.create(
            conversation=conversation, contact=contact, author=built.members[author], body=body, created_at=at
        )
        return
    message = _message(conversation, built.members.get(who), who, rest[0], at)
    if message.direction == Message.Direction.OUT:
        failed = fails and who != "answer"
        message.status = MessageStatus.UNDELIVERED if failed else MessageStatus.DELIVERED
        message.error_kind = ErrorKind.INVALID_RECIPIENT if failed else ""
        message.delivered_at = None if failed else at + timedelta(seconds=3)
    message.save(force_insert=True)
    if message.direction == Message.Direction.OUT:
        handed_over(message, company=built.organization.name)
    unread = conversation.unread
    threads.touch(conversation, message)
    Conversation.objects.filter(pk=conversation.pk).update(unread=unread)
    conversation.unread = unread


def _message(conversation: Conversation, author: Membership | None, who: str, body: str, at: datetime) -> Message:
    message = Message(
        conversation=conversation,
        contact=conversation.contact,
        line=conversation.line,
        direction=Message.Direction.IN if who == "in" else Message.Direction.OUT,
        body=body,
        author=author,
        status=MessageStatus.RECEIVED,
        segments=count(body).segments,
        provider_message_id=f"demo-{secrets.token_hex(12)}",
        created_at=at,
    )
    if who != "in":
        message.purpose = Purpose.OPT_OUT_ANSWER if who == "answer" else Purpose.REPLY
        message.decision = Decision.objects.create(
            conversation=conversation,
            author=author,
            stage=Decision.Stage.QUEUE,
            purpose=message.purpose,
            verdict="allow",
            reasons=[{"rule": "demo.history", "verdict": "allow", "version": "", "evidence": {}}],
            decided_at=at,
        )
        message.decision_verdict = message.decision.verdict
        message.sent_at = at
    return message


def _moment(organization: Organization, days_ago: int, hour: int) -> datetime:
    """That hour of that day where the organization is; never in the future (it may be six in the morning)."""
    zone = ZoneInfo(organization.time_zone)
    local = timezone.now().astimezone(zone)
    moment = (local - timedelta(days=days_ago)).replace(hour=hour, minute=7, second=0, microsecond=0)
    latest = timezone.now() - timedelta(hours=5)
    return min(moment, latest - timedelta(minutes=30 * days_ago + hour)) if days_ago == 0 else moment


def build_all(password: str, paths: Iterable[Path] = STORIES) -> list[dict[str, str]]:
    """Make every organization of the demo. Returns the people of all of them."""
    return [person for path in paths for person in build(path, password)]
