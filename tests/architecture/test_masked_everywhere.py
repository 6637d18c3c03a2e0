"""Whoever may not reveal customers is given no name, no number and no address of one: by any page, header or event."""

import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from inspect import getsource, unwrap
from typing import Any

import pytest
import redis
from django.conf import settings
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.api import limiting
from accounts.integrations import OFFERED as FOR_KEYS
from accounts.models import Membership, OutgoingMail
from accounts.permissions import Permission
from compliance.models import (
    CheckedConversation,
    CheckOutcome,
    Escalation,
    Finding,
    HeldText,
    OptOutQuestion,
    Review,
    ReviewDispute,
)
from compliance.review_checks.computing import compute
from portal.models import PaymentRequest, SecureReply
from retention.purging.words import KEYS
from tenancy.encryption import readable
from tenancy.encryption.withholding import withhold_before
from tenancy.isolation import activate
from tests.architecture.permission_table import objects_of
from tests.architecture.test_api_permissions import API
from tests.architecture.test_api_permissions import answers as api_answers
from tests.architecture.test_permissions import GUARDED, ROUTES, Scenery, needed
from tests.callers import make_caller
from tests.cast import Cast, make_cast, signed_in
from tests.kept import kept
from tests.revealers import ASKS, HIDES, MASKED, with_rights
from texting import conversations, live, receiving, sending
from texting.limits import alarms
from texting.models import Contact, Conversation, Line, Message, ScheduledText, SendingStop, TextSeries
from texting.providers.base import Inbound

NUMBER = "+12125550181"  # of the scenery's contact
NAME, ADDRESS = "Zuleika Quistgaard", "z.private@quist.example"
TEXT = f"This is {NAME}, (212) 555-0181 or 2125550181, mail {ADDRESS}. Yours, zuleika"
MARKS = ("zuleika", "quistgaard", "quist.example", "z.private", "2125550181", "555-0181", "5550181", "555 0181")
PART = {"HX-Request": "true", "HX-Target": "open"}


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch):
    """Each test asks more often in a second than a key may in a minute."""
    for name in ("LIMIT", "BURST", "WRONG_KEYS"):
        monkeypatch.setattr(limiting, name, 1_000_000)


@pytest.fixture(autouse=True)
def _no_number_that_looks_the_same(monkeypatch):
    """A number that the simulator makes up ends as the customer's does once in a hundred times, and is no leak."""
    monkeypatch.setattr("texting.simulator.phones.free_number", lambda taken: "(312) 555-0142")


def make_marked() -> Scenery:
    """One of everything, and the customer's name, number and address wherever people write."""
    cast = make_cast()
    objects = objects_of(cast)
    with activate(cast.organization):
        contact = Contact.objects.get(pk=objects["contact_id"])
        contact.name = NAME
        contact.save(update_fields=["name"])
        line = Line.objects.get(pk=objects["line_id"])
        receiving.receive(line, Inbound("in-marked", NUMBER, line.number, TEXT, "in-marked"))
        conversation = Conversation.objects.select_related("contact", "line__team").get(pk=objects["conversation_id"])
        sending.send_text(conversation=conversation, body=f"Thank you {NAME}", author=cast.agent)
        conversations.add_note(member=cast.agent, conversation=conversation, body=f"@Bo Castellanos: {TEXT}")
        receiving.receive(line, Inbound("in-last", NUMBER, line.number, TEXT, "in-last"))
        sent = Message.objects.filter(conversation=conversation, direction=Message.Direction.OUT)
        sent.update(attention=Message.Attention.NO_RECEIPT)
        alarms.stop(contact, alarms.Rule.HOURLY, {"texts": 100})
        write_everywhere(TEXT)
    return Scenery(cast, objects)


scenery = kept(make_marked)


@pytest.fixture
def cast(scenery) -> Cast:
    return scenery.cast


WRITTEN = (
    (OptOutQuestion, "reason"),
    (Finding, "because"),
    (HeldText, "body"),
    (HeldText, "reason"),
    (ScheduledText, "body"),
    (ScheduledText, "note"),
    (TextSeries, "body"),
    (Escalation, "outcome"),
    (PaymentRequest, "description"),
    (Review, "comment"),
    (Review, "coaching"),
    (ReviewDispute, "reason"),
    (SecureReply, "body"),
)
"""What people write about a customer beside texts and notes."""


QUERIES: dict[str, tuple[str, ...]] = {
    "attention/": ("after=2999-01-01",),
    "contacts/": ("tag=",),
    "contacts/<uuid:contact_id>/": ("kind=conversations&since=2001-01-01", "kind=x&until=x"),
    "contacts/<uuid:contact_id>/timeline/": ("before=2999-01-01T00:00:00%2B00:00", "kind=conversations", "kind=x"),
    "contacts/<uuid:contact_id>/timeline/export/": ("kind=conversations", "kind=looks", "since=2001-01-01"),
    "contacts/duplicates/": ("after=x", "said=x"),
    "contacts/export/": ("tag=",),
    "contacts/filter/": ("saved=",),
    "contacts/filters/save/": ("tag=",),
    "contacts/permission-requests/new/": ("import=1",),
    "counts/": ("settings",),
    "escalations/": tuple(f"view={view}" for view in ("mine", "unowned", "soon", "breached", "closed", "all")),
    "escalations/<uuid:escalation_id>/mail/": ("language=es",),
    "escalations/calls/": tuple(f"view={view}" for view in ("mine", "unowned", "overdue", "done", "cancelled")),
    "escalations/csv/": ("view=closed", "view=all"),
    "notifications/": ("view=unread", "view=mentioned", "after=2999-01-01"),
    "perhaps-stop/": ("state=decided",),
    "phones/<uuid:line_id>/<slug:phone_id>/texts/": ("version=1",),
    "settings/automations/log/": ("result=acted", "since=2026-01-01&until=2026-12-31", "after=2999-01-01"),
    "settings/automations/log/csv/": ("result=acted",),
    "settings/automations/new/<slug:when>/": ("example=card",),
    "reports/findings/": ("state=right", "state=wrong", "state=all"),
    "reports/findings/csv/": ("state=wrong", "state=all"),
    "reports/payments/": ("state=paid", "page=2"),
    "reports/review-checks/": ("result=not_yet", "result=holds", "result=all"),
    "reports/review-checks/csv/": ("result=all",),
    "reports/review-checks/rates/": ("by=agent",),
    "reports/satisfaction/": ("score=1", "score=5&page=1"),
    "reports/work/<slug:sheet>/": ("by=member", "against=year&days=365"),
    "reports/work/<slug:sheet>/csv/": ("table=by line",),
    "reports/payments/export/": ("state=paid",),
    "reviews/<uuid:scored_id>/": ("card=none",),
    "reviews/done/": ("page=2",),
    "reviews/queue/": ("reason=usual",),
    "reviews/queue/next/": ("reason=usual",),
    "reviews/yours/": ("page=2",),
    "announcements/": ("state=draft", "page=2"),
    "polls/": ("page=2",),
    "announcements/<uuid:announcement_id>/csv/": ("state=left_out",),
    "announcements/<uuid:announcement_id>/recipients/": ("state=left_out", "page=2"),
    "scheduled/": ("state=repeating", "state=paused", "state=stopped", "state=over", "page=2"),
    "scheduled/csv/": ("state=stopped", "state=repeating"),
    "scheduled/series/<uuid:series_id>/": ("page=2",),
    "search/": ("again=none",),
    "second-look/": ("state=decided",),
    "settings/audit/": ("before=999999999",),
    "reviews/actions/": ("tab=measuring", "tab=over", "tab=all"),
    "reviews/actions/csv/": ("tab=all",),
    "reviews/actions/new/": ("from=gap:factor_for_all",),
    "settings/holds/": ("tab=waiting", "tab=released", "q=doe"),
    "settings/requests/": ("tab=closed", "q=212555", "page=2"),
    "settings/requests/export/": ("tab=closed",),
    "settings/holds/export/": ("tab=released",),
    "settings/holds/new/": ("about=/inbox/c/",),
    "settings/measures/evidence/<slug:evidence_key>/": ("show=all",),
    "settings/opt-in/all/": tuple(f"state={one}" for one in ("waiting", "confirmed", "unconfirmed", "lapsed")),
    "settings/purges/": ("page=2",),
    "settings/quarantine/": tuple(f"state={one}" for one in ("processed", "dropped", "waiting")),
    "settings/retention/nights/": ("kind=bodies&keep=for&number=90&unit=days",),
    "settings/retention/nights/csv/": ("kind=bodies&keep=for&number=90&unit=days",),
    "settings/retention/of/<slug:retention_kind>/": ("keep=for&number=90&unit=days",),
    "settings/reveals/": ("reason=question",),
    "settings/webhooks/<uuid:endpoint_id>/": ("state=failed",),
}
"""What an address shows only when it is asked for with these."""
ABOUT_NO_CUSTOMER = frozenset({
    *("accounts.views.signing_in", "accounts.views.passkeys", "accounts.views.people", "accounts.views.leaving"),
    *("accounts.views.receipts", "accounts.views.roles", "accounts.views.role_editing", "accounts.views.factors"),
    *("accounts.views.access_review", "texting.views.limits", "texting.views.live_token", "compliance.views.hours"),
    "compliance.views.escalation_settings",
    *("compliance.views.templates", "compliance.views.form_sharing"),
    *("texting.views.attachments", "texting.views.webhook_export", "compliance.views.template_picking"),
    "portal.views.payment_requests",
})  # fmt: skip
"""Views whose query chooses nothing about a customer: where to go next, a role, a colleague, a file's form."""


def write_everywhere(words: str) -> None:
    """The words stand in all of it."""
    for model, attribute in WRITTEN:
        rows = list(model.objects.all())
        assert rows, f"nothing to write into: {model.__name__}"
        for row in rows:
            setattr(row, attribute, words)
            row.save(update_fields=[attribute])


def leaks(text: str) -> list[str]:
    folded = text.casefold()
    return [mark for mark in MARKS if mark in folded]


WAYS: tuple[tuple[str, dict[str, str]], ...] = (("get", {}), ("get", PART), ("post", PART))


def everything_said(
    member: Membership, scenery: Scenery, paths: Sequence[str] = GUARDED, ways: Sequence[Any] = WAYS
) -> Iterator[tuple[str, int, str]]:
    """(what was asked, status, all that came back) of each address asked each way, as pages and as parts of pages."""
    for path in paths:
        bare, _, query = path.partition(" ?")
        where = scenery.address(bare) + (f"?{query}" if query else "")
        for method, headers in ways:
            with transaction.atomic():
                client = signed_in(Client(raise_request_exception=False), member)
                answer = getattr(client, method)(where, headers=headers)
                heard = all_of(answer)
                transaction.set_rollback(True)
            yield f"{method} {path}", answer.status_code, heard


def everything_said_to_both(scenery: Scenery, paths: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    """To a member who may not reveal anybody; and to one who may and has not: what differs for them is a button on a
    page that both may open, and the addresses that this right opens.
    """
    opened = []
    for asked, status, said in everything_said(with_rights(scenery.cast, MASKED), scenery, paths):
        yield f"{asked}, may not reveal", status, said
        opened += [asked.removeprefix("get ")] if status == 200 and asked.startswith("get ") else []
    asks = with_rights(scenery.cast, ASKS)
    for_them = [path for path in paths if Permission.CONTACTS_REVEAL in needed(path.partition(" ?")[0])]
    said = itertools.chain(
        everything_said(asks, scenery, sorted({*opened} - {*for_them}), WAYS[:1]),
        everything_said(asks, scenery, for_them),
    )
    yield from ((f"{asked}, may reveal", status, words) for asked, status, words in said)


def all_of(answer: Any) -> str:
    """Headers, body, cookies as they are, and the notices in their cookie, which the next page shows."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kept = answer.cookies.get(CookieStorage.cookie_name)
    notices = CookieStorage(HttpRequest())._decode(kept.value) or [] if kept else []
    words = " ".join(str(notice) for notice in notices)
    return f"{dict(answer.headers)} {body.decode(errors='replace')} {answer.cookies.output()} {words}"


SHARES = 3  # the addresses are asked in so many tests, so that none takes long and every processor has some


@pytest.mark.parametrize("share", range(SHARES))
def test_no_page_no_part_of_one_and_no_header_gives_a_customer_away(scenery, share):
    said = list(everything_said_to_both(scenery, GUARDED[share::SHARES]))
    assert [asked for asked, status, _ in said if status >= 500] == []
    assert {asked: found for asked, _status, words in said if (found := leaks(words))} == {}
    for kind in (", may not reveal", ", may reveal"):
        assert sum(status == 200 for asked, status, _ in said if asked.endswith(kind)) > 20


def test_no_page_that_is_asked_for_with_a_query_does(scenery):
    decide_everything(scenery)
    asked_for = [f"{path} ?{query}" for path, queries in QUERIES.items() for query in queries]
    asked_for.append("settings/limits/alarms/")
    said = list(everything_said_to_both(scenery, asked_for))
    assert [asked for asked, status, _ in said if status >= 500] == []
    assert {asked: found for asked, _status, words in said if (found := leaks(words))} == {}
    assert sum(status == 200 for _, status, _ in said) > 20


def test_what_is_decided_gives_the_customer_to_whoever_sees_everybody(scenery):
    """So the pages above are not clean because they are empty."""
    decide_everything(scenery)
    pages = ("perhaps-stop/ ?state=decided", "second-look/ ?state=decided", "escalations/ ?view=closed",
             "reports/findings/ ?state=wrong", "reports/review-checks/ ?result=all",
             "settings/limits/alarms/")  # fmt: skip
    found = {asked for asked, _status, said in everything_said(scenery.cast.owner, scenery, pages) if leaks(said)}
    assert {f"get {path}" for path in pages} <= found


def test_every_view_that_reads_a_query_is_asked_with_one_or_is_about_no_customer():
    reads = {path: view for path in GUARDED if "request.GET" in source_of(view := unwrap(ROUTES[path].callback))}
    named = {unwrap(ROUTES[path].callback).__module__ for path in QUERIES}
    assert {view.__module__ for view in reads.values()} - named - ABOUT_NO_CUSTOMER == set()


def source_of(view: Any) -> str:
    return getsource(sys.modules[view.__module__])


def decide_everything(scenery: Scenery) -> None:
    """The scenery's rows as they are once somebody has decided, with the customer in every word of it."""
    now, by = timezone.now(), scenery.cast.supervisor
    with activate(scenery.cast.organization):
        OptOutQuestion.objects.update(state="keep", decided_at=now, decided_by=by)
        HeldText.objects.update(state="refused", decided_at=now, decided_by=by)
        ScheduledText.objects.update(state="stopped", why="rule", ended_at=now)
        Finding.objects.update(verdict="wrong", decided_at=now, decided_by=by)
        Escalation.objects.update(state="closed", closed_at=now, closed_by=by)
        Conversation.objects.update(status="resolved", resolved_at=now)
        over = [
            CheckedConversation.objects.create(conversation_id=one.pk, line_id=one.line_id, resolved_at=now)
            for one in Conversation.objects.all()
        ]
        compute(over, because=CheckOutcome.Because.RUN)
        stop = SendingStop.objects.latest("raised_at")
        stop.lifted_at, stop.lifted_by, stop.lift_reason = now, by, TEXT
        stop.save()


def test_a_notice_that_waits_for_the_next_page_is_read_too(cast):
    def with_notice(words: str) -> HttpResponse:
        request, answer = RequestFactory().get("/"), HttpResponse("nothing to see")
        notices = CookieStorage(request)
        notices.add(messages.SUCCESS, words)
        notices.update(answer)
        return answer

    assert set(leaks(all_of(with_notice(f"{NAME} was renamed, (212) 555-0181.")))) >= {"zuleika", "555-0181"}
    assert leaks(all_of(with_notice("Saved."))) == []


def test_the_same_search_finds_the_marks_for_whoever_sees_everybody(scenery):
    pages = ("inbox/", "inbox/c/<uuid:conversation_id>/", "inbox/c/<uuid:conversation_id>/updates/", "contacts/",
             "contacts/<uuid:contact_id>/", "attention/", "inbox/rows/")  # fmt: skip
    found = {asked for asked, _status, said in everything_said(scenery.cast.supervisor, scenery, pages) if leaks(said)}
    assert {f"get {path}" for path in pages} <= found


def test_no_address_of_the_api_gives_a_customer_away(scenery):
    caller = make_caller(scenery.cast.owner, frozenset(FOR_KEYS) - HIDES)
    wrong = {
        f"{method} {path}": found
        for method, path, answer in api_answers(scenery, caller, API)
        if (found := leaks(f"{dict(answer.headers)} {answer.content.decode(errors='replace')}"))
    }
    assert wrong == {}
    where = f"messages?conversation_id={scenery.objects['conversation_id']}"
    assert not leaks(caller.get(where).content.decode())
    everybody = make_caller(scenery.cast.owner, frozenset(FOR_KEYS), name="Sees")
    assert "quistgaard" in leaks(everybody.get(where).content.decode())


def test_pages_stand_whose_words_are_hidden_until_somebody_decides(scenery):
    """Of all addresses these four opened a column before they asked whether it may be read."""
    with activate(scenery.cast.organization):
        for kind in sorted(KEYS.keys() - {"audit"}):
            withhold_before(kind, timezone.localdate() + timedelta(days=2))
    paths = (
        *("reviews/<uuid:scored_id>/", "reviews/disputes/<uuid:dispute_id>/"),
        *("escalations/<uuid:escalation_id>/", "inbox/c/<uuid:conversation_id>/"),
    )
    for asked, status, words in everything_said(scenery.cast.owner, scenery, paths, WAYS[:1]):
        assert status == 200, asked
        assert "Hidden until somebody decides" in words, asked
        assert ADDRESS not in words, asked


@pytest.mark.parametrize("words", [NAME, "zuleika", "(212) 555-0181", NUMBER, "2125550181", "212555"])
def test_nobody_is_found_by_what_is_hidden(scenery, words):
    member = with_rights(scenery.cast, MASKED)
    client = signed_in(Client(), member)
    conversation = str(scenery.objects["conversation_id"])
    assert conversation in client.post("/inbox/search/", {"q": "0181"}).content.decode()
    assert conversation not in client.post("/inbox/search/", {"q": words}).content.decode()
    assert conversation in client.post("/search/", {"q": "0181"}).content.decode()
    assert conversation not in client.post("/search/", {"q": words}).content.decode()
    assert str(scenery.objects["contact_id"]) not in client.post("/contacts/find/", {"number": words}).content.decode()


def test_live_events_and_mails_carry_no_customer(scenery, django_capture_on_commit_callbacks):
    cast = scenery.cast
    heard = redis.Redis.from_url(settings.REDIS_URL).pubsub()
    heard.subscribe(live.channel_of(cast.organization.pk))
    heard.get_message(timeout=3)
    with django_capture_on_commit_callbacks(execute=True), activate(cast.organization):
        line = Line.objects.get(pk=scenery.objects["line_id"])
        receiving.receive(line, Inbound("in-live", NUMBER, line.number, TEXT, "in-live"))
    events = []
    while message := heard.get_message(timeout=0.5):
        events += [json.loads(event) for event in message["data"].split(b"\n")]
    heard.close()
    assert {event["kind"] for event in events} >= {"message"}
    assert not leaks(json.dumps(events))
    mails = [f"{readable(mail, 'address')} {readable(mail, 'content')}" for mail in OutgoingMail.objects.all()]
    assert not leaks(" ".join(mails))
