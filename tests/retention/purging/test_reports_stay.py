"""Reports of any time say the same before and after a purge that deletes texts and forgets customers."""

import random
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from django.conf import settings as configured
from django.utils import timezone

from compliance.escalations import reporting as escalations
from compliance.findings.counting import precision
from compliance.measures.evidence.kinds import kinds
from compliance.models import (
    CheckedConversation,
    DrawnConversation,
    EntryFact,
    Escalation,
    Finding,
    OptIn,
    Poll,
    PollAnswer,
    SatisfactionAsk,
    TemplateUse,
    TextFact,
)
from compliance.polls import reading as polls
from compliance.reports import counting
from compliance.reports.periods import Period
from compliance.review_checks import rates
from compliance.review_checks.filters import Filter
from compliance.review_checks.reading import tallies
from compliance.reviewing import report as reviewing
from compliance.satisfaction import counting as satisfaction
from compliance.work import keeping
from compliance.work.keeping import count_days
from compliance.work.reading import View
from compliance.work.whose import offered
from retention.kinds import Kind
from retention.models import Purge, PurgeStep
from retention.purging import conversations, running
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.compliance.measures.evidence_rows import Side, contact, entry, text
from tests.compliance.opt_ins import make_program
from tests.compliance.templates_of import published
from texting import threads
from texting.announcements.reading import numbers_of
from texting.models import (
    Announcement,
    AnnouncementRecipient,
    Contact,
    Conversation,
    CountedDay,
    Message,
    SendAttempt,
    Turn,
)

from .conftest import set_days

KEEPERS = list(configured.RETENTION_KEEPERS)
PURPOSES = ("reply", "bulk", "appointment", "code", "opt_out_answer", "help_answer", "opt_in_answer", "private_link")
STATUSES = ("sent", "delivered", "undelivered", "read", "failed")
RULES = ("", "hours.open", "hours.insisted", "hours.warned", "first_text.said")
DAYS = 40
_SPANS = ((0, DAYS), (9, 20))


@pytest.fixture(autouse=True)
def real(settings, without_waiting):
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    settings.RETENTION_KEEPERS = KEEPERS


class History:
    """Conversations of six years ago, made by chance: what was said, sent, asked, found, escalated and reviewed."""

    def __init__(self, desk, seed: int) -> None:
        self.desk, self.by = desk, random.Random(seed)  # noqa: S311 - histories, not secrets
        self.begin = timezone.now() - timedelta(days=6 * 366)
        self.side = Side(desk.cast.owner, desk.line)
        self.people = [desk.cast.agent, desk.cast.second_agent, None]
        self.versions = [published(desk.cast.admin, name) for name in ("Reminder", "Greeting")]
        self.announcement = Announcement.objects.create(
            line=desk.line, made_by=desk.cast.admin, name="Sale", body="Sale"
        )
        self.poll = Poll.objects.create(
            announcement=self.announcement, question="When?", answers=["Early", "Late"], thanks="Thank you."
        )
        self.program = make_program(desk.cast.owner)
        self.ids = [new_id() for _ in range(300)]
        self.by.shuffle(self.ids)  # a text has its id from when its page was opened or it was planned

    def some_time(self, days: float = DAYS - 12):
        return self.begin + timedelta(days=self.by.uniform(0, days))

    def customer(self) -> None:
        person = contact()
        for _ in range(self.by.randint(1, 2)):
            self.conversation(person, self.by.choice([self.desk.line, self.desk.billing_line]))
        Contact.objects.filter(pk=person.pk).update(created_at=self.begin)

    def conversation(self, person, line) -> None:
        start = self.some_time()
        times = sorted(start + timedelta(hours=self.by.uniform(0, 200)) for _ in range(self.by.randint(2, 7)))
        side, sent = Side(self.desk.cast.owner, line), []
        for at, later in pairwise([*times, times[-1] + timedelta(hours=1)]):
            what = self.by.random()
            if what < 0.25:
                self.entry(person, line, at)
            if self.by.random() < 0.6:
                self.wrote(person, line, at - timedelta(minutes=self.by.choice([1, 300])))
            if what < 0.9:
                sent.append(self.text(side, person, at if what > 0.1 else at + (later - at) / 2))
        if sent:
            self.around(sent[0].conversation, self.by.choice(sent), times[-1])
            self.asked(person, sent[0].conversation, self.by.choice(sent), times[-1])

    def asked(self, person, place, row, at) -> None:
        """A poll that they answered and were thanked for with this text; a score of the conversation."""
        AnnouncementRecipient.objects.get_or_create(
            announcement=self.announcement,
            contact=person,
            defaults={"state": "sent", "message_id": row.pk, "moved_at": at},
        )
        given = {"choice": self.by.choice([0, 1, None]), "at": at, "message_id": new_id(), "thanks_id": row.pk}
        PollAnswer.objects.get_or_create(poll=self.poll, contact=person, defaults=given)
        score = self.by.choice([None, 1, 4])
        SatisfactionAsk.objects.create(
            **{"conversation": place, "contact": person, "line": place.line, "team_id": place.line.team_id},
            **{"member": self.by.choice(self.people), "state": "asked", "due_at": at, "asked_at": at},
            **{"message_id": row.pk, "score": score, "answered_at": at if score else None},
        )

    def entry(self, person, line, at) -> None:
        action = self.by.choice(["given", "withdrawn", "withdrawn", "help"])
        said = at - timedelta(seconds=self.by.choice([5, 300]))
        team = self.by.choice([None, line.team])
        entry(person, action, at, team=team, line=line, happened_at=self.by.choice([None, said]))
        if action == "help":
            near = timedelta(seconds=self.by.choice([30, 900]))
            text(Side(self.desk.cast.owner, line), at + near, to=person, purpose="help_answer")

    def wrote(self, person, line, at) -> None:
        """The customer writes."""
        place = threads.open_conversation(person, line, at=at)
        Conversation.objects.filter(pk=place.pk).update(last_inbound_at=at)
        Message.objects.create(
            pk=self.ids.pop(),
            conversation=place,
            contact=place.contact,
            line=line,
            direction="in",
            body="Hi",
            status="received",
            created_at=at,
        )

    def text(self, side, person, at) -> Message:
        status = self.by.choice(STATUSES)
        left = None if status == "failed" else at + timedelta(seconds=self.by.choice([0, 2, 4000]))
        row = text(
            side,
            at,
            to=person,
            pk=self.ids.pop(),
            purpose=self.by.choice(PURPOSES),
            rule=self.by.choice(RULES),
            status=status,
            sent_at=left,
            author=self.by.choice(self.people),
            attempt=self.by.random() < 0.8,
            announcement=self.announcement if self.by.random() < 0.2 else None,
        )
        if self.by.random() < 0.4:
            TemplateUse.objects.create(
                message_id=row.pk, version=self.by.choice(self.versions), language="en", change="none"
            )
        if self.by.random() < 0.3:
            OptIn.objects.create(
                number_index=person.number_index,
                contact=person,
                line=row.line,
                program=self.program,
                source="form",
                state="given",
                began_at=at,
                ended_at=at,
                confirmed_at=self.by.choice([None, left]),
                confirmation_id=row.pk,
            )
        return row

    def around(self, conversation, row, at) -> None:
        """What the higher parts hold of a conversation; it is resolved then."""
        resolved, agent = at + timedelta(hours=1), self.by.choice(self.people)
        Conversation.objects.filter(pk=conversation.pk).update(
            status="resolved", resolved_at=resolved, last_activity_at=at, preview=None
        )
        place = {"conversation_id": conversation.pk}
        whose = {**place, "contact_id": conversation.contact_id}
        results = {check: self.by.choice(["holds", "fails", "not_asked"]) for check in ("opt_in", "opening", "content")}
        CheckedConversation.objects.create(
            **place, line=conversation.line, agent=agent, resolved_at=resolved, number=1, **results
        )
        actor = self.desk.cast.agent
        if self.by.random() < 0.4:
            Turn.objects.create(**whose, kind="resolved", actor=actor, through="Tidy", created_at=at)
            Turn.objects.create(**whose, kind="reopened", actor=actor, created_at=at + timedelta(minutes=20))
        Turn.objects.create(**whose, kind="resolved", actor=actor, created_at=resolved)
        verdict = self.by.choice(["right", "wrong"])
        Finding.objects.create(
            **{**place, "message_id": row.pk, "type": "US_SSN", "direction": "out", "masked": "[ssn]", "found_at": at},
            **{"confidence": "high", "score": 9.0, "reasons": [], "rules_version": "1", "verdict": verdict},
            **{"decided_by": self.desk.cast.admin, "decided_at": at, "was_removed": self.by.random() < 0.5},
        )
        if self.by.random() < 0.5:
            self.escalation(conversation, at)
        if self.by.random() < 0.5:
            self.review(conversation, resolved, agent)

    def escalation(self, conversation, at) -> None:
        Escalation.objects.create(
            conversation_id=conversation.pk,
            contact_id=conversation.contact_id,
            line_id=conversation.line_id,
            trigger=self.by.choice(Escalation.Trigger.values),
            state="closed",
            channel="phone",
            opened_at=at,
            contacted_at=self.by.choice([None, at + timedelta(hours=self.by.uniform(0, 30))]),
            breached_at=self.by.choice([None, at]),
            closed_at=at + timedelta(days=2),
            closed_by=self.desk.cast.supervisor,
            outcome_channel=self.by.choice(["", "phone"]),
        )

    def review(self, conversation, at, agent) -> None:
        DrawnConversation.objects.create(
            conversation_id=conversation.pk,
            contact_id=conversation.contact_id,
            line=conversation.line,
            agent=agent,
            resolved_at=at,
            why=["usual"],
            reason="usual",
            ticket=1,
            rate=5,
            state=self.by.choice(["done", "set_aside"]),
            is_open=False,
        )

    def words_end(self) -> None:
        Message.objects.update(body=None, ended_at=timezone.now(), ended_as="retention")

    @property
    def periods(self) -> list[Period]:
        """All of it, and days in the midst of it."""
        first = self.begin.date()
        return [Period(first + timedelta(days=some), first + timedelta(days=last), "UTC") for some, last in _SPANS]


def said(history: History) -> dict[str, object]:
    """Every report that decision 301 names, and others that read texts, as people see them."""
    found: dict[str, object] = {}
    for at, period in enumerate(history.periods):
        found[f"permission {at}"] = counting.count(period)
        for name, kind in kinds().items():
            if kind.over_period:
                found[f"{name} {at}"] = replace(kind.figure(period), note="")
        if at:
            continue
        for member in (history.desk.cast.supervisor, history.desk.cast.agent):
            who = f"{member.user.name} {at}"
            found[f"escalations {who}"] = escalations.report(member, period.begin, period.end)
            found[f"checks {who}"] = rates.report(member, period, by="agent")
            wanted = Filter(result="all", since=period.first, until=period.last)
            found[f"tallies {who}"] = [(one.check, dict(one.counts)) for one in tallies(member, wanted)]
            found[f"reviews {who}"] = reviewing.report(member, period, drawn="Drawn", reviewed="Reviewed")
            found[f"findings {who}"] = precision(member)
    found["announcement"] = numbers_of(Announcement.objects.get())
    found["poll"] = polls.results(Poll.objects.get())
    for member in (history.desk.cast.supervisor, history.desk.cast.agent):
        for at, period in enumerate(history.periods):
            whose = offered(member).whose()
            found[f"work {member.user.name} {at}"] = work(View(period, whose))
            found[f"satisfaction {member.user.name} {at}"] = satisfaction.count(period, whose)
    return found


def work(view: View) -> object:
    """Every figure of the daily work, but how many rows are still there."""
    texts = [
        {key: replace(one, gone=0) for key, one in found.items()}
        for found in view.texts((), ("day", "hour"), ("line_id", "member_id"), ("purpose", "template_id", "error_kind"))
    ]
    return texts, view.steps((), ("day",), ("line_id", "member_id"), ("weekday", "hour"))


@pytest.mark.parametrize(("seed", "contacts"), [(1, None), (2, 30)])
def test_every_report_is_the_same_before_and_after(desk, monkeypatch, seed, contacts):
    """With customers who are forgotten first, and with none; the second night finds nothing left to do."""
    monkeypatch.setattr(conversations, "BATCH", 12)
    monkeypatch.setattr(conversations, "TAKEN", 5)
    desk.organization.time_zone = "UTC"
    desk.organization.save()
    with activate(desk.organization):
        history = History(desk, seed)
        for _ in range(9):
            history.customer()
        history.words_end()
        set_days(Kind.CONTACTS, contacts)
        set_days(Kind.CONVERSATIONS, None)
        before, texts = said(history), Message.objects.count()
        monkeypatch.setattr(keeping, "AT_ONCE", 10_000)
        assert count_days() > DAYS
        CountedDay.objects.filter(day__lt=history.begin.date() + timedelta(days=15)).delete()
        assert said(history) == before, "days that stand as counts"
        assert any(one.texts for one in before["permission 0"].by_template), "it says something"
        assert 0 < before["poll"].thanked < before["poll"].asked
    assert running.run_nights()["failed"] == 0
    with activate(desk.organization):
        assert Message.objects.count() == texts
        assert said(history) == before, "customers who are forgotten"
        set_days(Kind.CONVERSATIONS, 5 * 366)
        Purge.objects.update(night=None)
    assert running.run_nights()["failed"] == 0
    with activate(desk.organization):
        assert {label: value for label, value in said(history).items() if value != before[label]} == {}, (
            "texts that are deleted"
        )
        assert not Message.objects.exists()
        assert not SendAttempt.objects.exists()
        step = PurgeStep.objects.get(kind=Kind.CONVERSATIONS)
        assert (step.state, step.ended["texting.Message"]) == ("verified", texts)
        assert step.ended["texting.Conversation"] == Conversation.objects.exclude(texts_gone_at=None).count()
        left = TextFact.objects.count()
        assert 0 < left < texts
        assert EntryFact.objects.exists()
        assert not running.plan(timezone.now()).conversations
