"""Somebody of another organization, signed in, tries every address of this one: nothing is theirs to see or to do."""

import itertools
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.checks import routes
from accounts.models import CodePhone, RememberedDevice, Role, Session, Team
from tenancy.isolation import activate
from tests.architecture.permission_table import PLAIN
from tests.callers import make_caller
from tests.texting.attachments.keeping import keep_file
from tests.texting.attachments.samples import png_with_place
from texting.live import LiveKind, publish
from texting.models import Brand, Contact, Conversation, Line, LineKey, Message, Note, QuarantinedRequest
from texting.phone_numbers import display

from .browser import MakePerson, Person, needs_browser
from .demo import Demo

pytestmark = needs_browser

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOT_THERE = {404, 405}
ELSEWHERE = {
    "/webhooks/": {403, *NOT_THERE},
    "/api/": {401, *NOT_THERE},
    "/scim/": {401, *NOT_THERE},
}  # no session opens these
MADE_UP = (  # examples with people of no organization; a local system's mailbox is everybody's
    *("styleguide", "developers", "api/v1/openapi.json"),
    "mailbox/",
)
NO_ID = "x" * 43  # in place of a token: whoever holds a real one is meant to get in
ADDRESSES = """() => [...document.querySelectorAll("*")].flatMap((element) => element.getAttributeNames()
    .filter((name) => /^(href|src|action|hx-get|hx-post|data-[a-z-]*)$/.test(name))
    .map((name) => element.getAttribute(name)))
    .filter((value) => value.startsWith("/") && !value.startsWith("/static/"))"""
ASK = """async ([wanted, secret]) => {
    const token = document.querySelector('meta[name="csrf-token"]').content;
    const headers = { "X-CSRFToken": token, "HX-Request": "true", "X-Background": "live" };
    const answers = [];
    for (const [address, method] of wanted) {
        const answer = await fetch(address, { method, headers });
        const text = await answer.text();
        answers.push([answer.status, secret.filter((word) => text.includes(word))]);
    }
    return answers;
}"""
TOGETHER = 25  # addresses that the browser is told of at once
HEARD = """window.heard = [];
const dispatch = EventTarget.prototype.dispatchEvent;
EventTarget.prototype.dispatchEvent = function (event) {
    if (event.type.startsWith("live:")) window.heard.push([event.type, JSON.stringify(event.detail)].join(" "));
    return dispatch.call(this, event);
};"""


def objects_of(demo: Demo) -> dict[str, Any]:
    """One object of Harbor Dental for every parameter of an address. Links that let anybody in are made for no test.

    What would call out, or stop texts of other journeys, is made up here; tests/architecture has it for real.
    """
    amelia, olivia = demo.member("amelia@harbor.example"), demo.member("olivia@harbor.example")
    conversation = demo.conversation_with("Grace Whitfield")
    caller = make_caller(olivia)
    assert caller.key is not None
    key = LineKey.objects.get(line_id=conversation.line_id).key
    assert Client().post(f"/webhooks/simulator/{key}/inbound", {"Body": "unsigned"}).status_code == 403
    with activate(demo.harbor):
        line = Line.objects.get(pk=conversation.line_id)
        message = Message.objects.filter(conversation=conversation, direction="in").latest("created_at")
        brand = Brand.objects.create(name="Harbor Dental", tier="low")
        campaign = brand.campaigns.create(
            name="Care",
            organization=demo.harbor,
            message_class="low_volume",
            segments_a_minute=75,
            pictures_a_minute=50,
        )
        return (
            PLAIN
            | dict.fromkeys(
                ("endpoint_id", "delivery_id", "stop_id", "file_id", "person_id", "group_id", "token_id"), uuid4()
            )
            | dict.fromkeys(
                ("asked_id", "certificate_id", "found_id", "domain_id", "mapping_id", "owner_id", "door"), uuid4()
            )
            | {"measure_key": "hipaa", "measure_review_id": uuid4(), "choice_id": uuid4(), "decision_id": uuid4()}
            | dict.fromkeys(("receipt_id", "batch_id", "review_id", "review_line_id"), uuid4())
            | dict.fromkeys(
                (
                    "program_id",
                    "held_id",
                    "scheduled_id",
                    "series_id",
                    "announcement_id",
                    "poll_id",
                    "template_id",
                    "version_id",
                    "keyword_id",
                    "opt_in_id",
                    "question_id",
                    "purge_id",
                    "form_id",
                    "logo_id",
                ),
                uuid4(),
            )
            | dict.fromkeys(
                ("import_id", "run_id", "check_run_id", "form_key", "link_code", "secure_id", "reply_id"), uuid4()
            )
            | dict.fromkeys(
                (
                    "finding_id",
                    "escalation_id",
                    "call_id",
                    "task_id",
                    "holiday_id",
                    "rule_id",
                    "automation_id",
                    "exception_id",
                    "payment_id",
                    "payment_code",
                    "account_id",
                    "hold_id",
                    "subject_id",
                    "action_id",
                    "export_id",
                    "pack_id",
                ),
                uuid4(),
            )
            | dict.fromkeys(
                (
                    "card_id",
                    "drawn_id",
                    "scored_id",
                    "dispute_id",
                    "tag_id",
                    "field_id",
                    "filter_id",
                    "merge_id",
                    "other_id",
                    "notification_id",
                    "push_device_id",
                ),
                uuid4(),
            )
            | {
                "integration_id": caller.key.integration_id,
                "key_id": caller.key.pk,
                "request_id": QuarantinedRequest.objects.latest("received_at").pk,
                "attachment_id": keep_file(message, png_with_place()).pk,
                "unsent_id": keep_file(message, png_with_place(), author=olivia).pk,
                "member_id": amelia.pk,
                "organization_id": demo.harbor.pk,
                "factor_id": CodePhone.objects.get(user=demo.member("sofia@harbor.example").user_id).pk,
                "device_id": RememberedDevice.objects.create(membership=amelia, token_hash=b"x", epoch=amelia.epoch).pk,
                "session_id": Session.objects.filter(membership=amelia).first().pk,
                "team_id": Team.objects.get(name="Front desk").pk,
                "role_id": Role.objects.first().pk,
                "line_id": line.pk,
                "brand_id": brand.pk,
                "campaign_id": campaign.pk,
                "key": key,
                "contact_id": conversation.contact_id,
                "conversation_id": conversation.pk,
                "message_id": Message.objects.filter(conversation=conversation).first().pk,
                "phone_id": bytes(Contact.objects.get(pk=conversation.contact_id).number_index).hex(),
                "token": NO_ID,
            }
        )


def known_addresses(objects: dict[str, Any]) -> set[str]:
    """Every address of the URL configuration, filled with Harbor Dental's ids."""
    return {
        "/" + PARAMETER.sub(lambda found: str(objects[found.group(1) or found.group(2)]), path).strip("^$")
        for path, _ in routes()
        if not path.startswith(MADE_UP)
    }


def seen_addresses(insider: Page, objects: dict[str, Any]) -> set[str]:
    """What an owner's pages lead to."""
    conversation, contact, line = (objects[name] for name in ("conversation_id", "contact_id", "line_id"))
    pages = ["/inbox/", f"/inbox/c/{conversation}/", "/inbox/resolved/", "/contacts/", f"/contacts/{contact}/"]
    pages += [f"/phones/{line}/{objects['phone_id']}/", "/settings/people/", "/settings/audit/", "/settings/sessions/"]
    found: set[str] = set()
    for path in pages:
        insider.goto(path)
        found |= set(insider.evaluate(ADDRESSES))
    assert len(found) > 40
    return {address for address in found if not address.startswith(tuple(f"/{start}" for start in MADE_UP))}


def words_of(demo: Demo) -> list[str]:
    """Names, numbers and texts that only Harbor Dental has."""
    with activate(demo.harbor):
        contacts = list(Contact.objects.all())
        rows = itertools.chain(Message.objects.all(), Note.objects.all())
        said = [row.body[:40] for row in rows if row.body and len(row.body) > 8]  # the words of some have ended
        numbers = [owner.number for owner in itertools.chain(contacts, Line.objects.all())]
    names = [contact.name for contact in contacts if contact.name]
    people = ["Olivia Hart", "Adam Reyes", "Amelia Okafor", "Ben Carter", "Ruth Meyer", "harbor.example"]
    shown = [*numbers, *(display(number, "US") for number in numbers)]
    return [*names, *shown, *people, *said, "Harbor Dental", "Front desk"]


def state_of(demo: Demo) -> list[Any]:
    """What a deed of the outsider would change."""
    with activate(demo.harbor):
        rows = Conversation.objects.order_by("pk").values_list("pk", "status", "assignee", "unread")
        return [*rows, Message.objects.count(), Note.objects.count(), Session.objects.count()]


@pytest.fixture
def outsider(demo: Demo, someone: MakePerson) -> Person:
    """The owner of Northside Plumbing: whatever is refused, it is not for a missing permission."""
    return someone().let_in(demo.member("nora@northside.example"))


@pytest.mark.long
def test_no_address_of_another_organization_gives_anything(demo: Demo, someone: MakePerson, outsider: Person) -> None:
    insider = someone().let_in(demo.member("olivia@harbor.example")).page
    someone().let_in(demo.member("amelia@harbor.example"))
    objects = objects_of(demo)
    addresses = sorted(known_addresses(objects) | seen_addresses(insider, objects))
    secret = words_of(demo)
    before = state_of(demo)
    page = outsider.page
    page.goto("/inbox/")
    ids = {str(value) for value in objects.values()} - {*PLAIN.values(), NO_ID}
    theirs = {one for one in addresses if UUID.search(one) or any(known in one for known in ids)}
    wanted = [(address, method) for address in addresses for method in ("GET", "POST")[: 1 + (address in theirs)]]
    for start in range(0, len(wanted), TOGETHER):
        some = wanted[start : start + TOGETHER]
        answers = page.evaluate(ASK, [some, secret])
        for (address, method), (status, told) in zip(some, answers, strict=True):
            fine = next((fine for begin, fine in ELSEWHERE.items() if address.startswith(begin)), NOT_THERE)
            assert address not in theirs or status in fine, (method, address, status)
            assert told == [], (method, address)
    assert state_of(demo) == before
    page.goto(f"/inbox/c/{objects['conversation_id']}/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert [word for word in secret if word in page.locator("body").inner_text()] == []


def test_live_events_of_another_organization_are_not_heard(demo: Demo, outsider: Person) -> None:
    outsider.context.add_init_script(HEARD)
    page = outsider.opens("/inbox/")
    conversation = demo.conversation_with("Grace Whitfield")
    olivia = demo.member("olivia@harbor.example")
    assert page.request.get(f"/live/token/?member={olivia.pk}").status == 409
    with activate(demo.harbor):
        for kind in LiveKind:
            publish(kind=kind, conversation=conversation.pk, line=conversation.line_id, member=olivia.pk)
    with activate(demo.northside):
        own = Conversation.objects.latest("last_activity_at")
        publish(kind=LiveKind.MESSAGE, conversation=own.pk, line=own.line_id)
    page.wait_for_function(
        "id => window.heard.some((one) => one.startsWith(`live:conversation-${id}`))", arg=str(own.pk)
    )
    heard = "\n".join(page.evaluate("window.heard"))
    for stranger in (conversation.pk, conversation.line_id, olivia.pk, demo.harbor.pk):
        assert str(stranger) not in heard
