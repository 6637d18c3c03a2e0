"""The list, one escalation, the dialogs, the notice and the buttons in the thread, the file."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from compliance.escalations.reading import open_count
from compliance.models import Escalation
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.compliance.escalations.at_the_desk import CARD_OFFER, escalation, escalations, events
from tests.revealers import MASKED, with_rights
from tests.texting.desk import FIRST, SECOND, desk
from texting.models import Message

__all__ = ["desk"]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def offered(desk):
    desk.hear("START", name="Maria Ruiz")
    return desk.hear(f"{CARD_OFFER} Yours, Maria Ruiz, (212) 555-0181")


def page(desk, member, **query):
    return desk.as_(member).get(reverse("escalations"), query).content.decode()


def one(desk, member):
    return desk.as_(member).get(reverse("escalation", args=[escalation(desk).pk]))


def post(desk, member, name, **data):
    return desk.as_(member).post(reverse(name, args=[escalation(desk).pk]), data, headers=HTMX)


def moment():
    return timezone.now().strftime("%Y-%m-%dT%H:%M")


def in_zone(desk):
    from zoneinfo import ZoneInfo

    return timezone.now().astimezone(ZoneInfo(desk.organization.time_zone)).strftime("%Y-%m-%dT%H:%M")


def test_the_list_shows_who_why_and_until_when(desk, offered):
    shown = page(desk, desk.cast.agent)
    for words in ("Maria Ruiz", "Wants to send card details", "Reach them by", "Main line", "Nobody has it"):
        assert words in shown
    assert "Nothing is escalated" in page(desk, desk.cast.outsider)
    with activate(desk.organization):
        assert open_count(desk.cast.agent) == 1


def test_each_view_shows_its_own(desk, offered):
    agent = desk.cast.agent
    has = {
        view: "Maria Ruiz" in page(desk, agent, view=view) for view in ("open", "mine", "unowned", "breached", "closed")
    }
    assert has == {"open": True, "mine": False, "unowned": True, "breached": False, "closed": False}
    post(desk, agent, "escalation_take")
    with activate(desk.organization):
        Escalation.objects.update(due_at=timezone.now() + timedelta(minutes=10))
    assert "Due soon" in page(desk, agent, view="soon")
    assert "Maria Ruiz" in page(desk, agent, view="mine")
    assert "Maria Ruiz" not in page(desk, desk.cast.second_agent, view="mine")
    assert "Maria Ruiz" in page(desk, agent, q="amelia")
    assert "Maria Ruiz" in page(desk, agent, q=FIRST)
    assert "Maria Ruiz" not in page(desk, agent, q=SECOND)
    assert "Maria Ruiz" not in page(desk, agent, trigger="sensitive_request")
    assert "Maria Ruiz" in page(desk, agent, team=str(desk.cast.front_desk.pk), trigger="card_offer")
    assert "Maria Ruiz" not in page(desk, agent, team=str(desk.cast.billing.pk))
    for bad in ({"view": "x"}, {"team": "x"}, {"trigger": "\x00"}, {"q": "x" * 5000}, {"page": "-1"}):
        assert "Maria Ruiz" in page(desk, agent, **bad)


def test_other_teams_and_other_organizations_find_none(desk):
    desk.hear(CARD_OFFER, number=SECOND, line=desk.billing_line)
    assert "Nothing is escalated" in page(desk, desk.cast.agent)
    assert one(desk, desk.cast.second_agent).status_code == 200
    for stranger in (desk.cast.agent, desk.cast.outsider):
        assert one(desk, stranger).status_code == 404
        for name in ("take", "offer", "assign", "contact", "close", "switch"):
            assert post(desk, stranger, f"escalation_{name}", channel="email").status_code == 404
    assert events(desk) == ["opened"]


def test_its_page_tells_the_story_with_the_texts_as_evidence(desk, offered):
    post(desk, desk.cast.agent, "escalation_take")
    shown = one(desk, desk.cast.agent).content.decode()
    for words in (
        CARD_OFFER,
        "Opened: Wants to send card details",
        "Read as this because of",
        "Amelia Okafor",
        "Taken",
    ):
        assert words in shown
    hidden = one(desk, with_rights(desk.cast, MASKED)).content.decode()
    assert CARD_OFFER in hidden
    for secret in ("Maria", "Ruiz", "555-0181"):
        assert secret not in hidden


def test_the_thread_says_so_and_offers_what_to_do(desk, offered):
    client = desk.as_(desk.cast.agent)
    shown = client.get(reverse("conversation", args=[offered.pk])).content.decode()
    for words in (
        "Escalated: Wants to send card details",
        "Automatic texts to them are paused",
        "Offer another channel",
    ):
        assert words in shown
    with activate(desk.organization):
        Escalation.objects.update(breached_at=timezone.now())
    assert "nobody has reached them in time" in client.get(reverse("conversation", args=[offered.pk])).content.decode()


def test_from_the_button_to_the_outcome(desk):
    conversation = desk.hear("START", name="Maria Ruiz")
    client, address = desk.as_(desk.cast.agent), reverse("escalate", args=[conversation.pk])
    assert "Automatic texts to them are paused" in client.get(address, headers=HTMX).content.decode()
    assert client.post(address, {"reason": ""}, headers=HTMX).status_code == 422
    assert escalations(desk) == 0
    assert client.post(address, {"reason": "Wants a call"}, headers=HTMX).status_code == 204
    assert "is added to it" in client.get(address, headers=HTMX).content.decode()

    agent = desk.cast.agent
    assert "this is better settled by phone" in post(desk, agent, "escalation_switch").content.decode()
    for _ in range(2):
        assert post(desk, agent, "escalation_switch", language="en").status_code == 204
    assert post(desk, agent, "escalation_switch", language="xx").status_code == 422
    with activate(desk.organization):
        assert Message.objects.filter(body__isnull=False, purpose="reply", direction="out").count() == 1

    assert post(desk, agent, "escalation_offer", channel="email").status_code == 204
    assert post(desk, agent, "escalation_assign", to=str(desk.cast.second_agent.pk)).status_code == 204
    assert post(desk, agent, "escalation_assign", to=str(desk.cast.outsider.pk)).status_code == 422
    assert post(desk, agent, "escalation_contact", channel="phone", at=in_zone(desk)).status_code == 204
    assert post(desk, agent, "escalation_close", channel="phone", at="yesterday", words="Paid").status_code == 422
    assert post(desk, agent, "escalation_close", channel="phone", at=in_zone(desk), words="").status_code == 422
    assert post(desk, agent, "escalation_close", channel="phone", at=in_zone(desk), words="Paid").status_code == 204
    again = post(desk, agent, "escalation_close", channel="phone", at=in_zone(desk), words="Paid")
    assert "Amelia Okafor has closed this already" in again.content.decode()
    assert events(desk) == ["opened", "switch_sent", "channel", "assigned", "contacted", "closed"]
    assert "Closed: Phone" in page(desk, agent, view="closed")


def test_closing_without_another_channel_is_not_for_agents(desk, offered):
    assert post(desk, desk.cast.agent, "escalation_waive", reason="A joke").status_code == 403
    assert escalation(desk).state == "open"
    assert "Close without another channel" not in one(desk, desk.cast.agent).content.decode()
    assert post(desk, desk.cast.supervisor, "escalation_waive", reason="A joke").status_code == 204
    assert "Closed without another channel" in page(desk, desk.cast.agent, view="closed")


def test_without_scripts_the_buttons_lead_to_its_page(desk, offered):
    answer = desk.as_(desk.cast.agent).post(reverse("escalation_take", args=[escalation(desk).pk]))
    assert answer["Location"] == reverse("escalation", args=[escalation(desk).pk])


def test_the_file_holds_what_the_filter_shows_and_is_in_the_log(desk, offered):
    answer = desk.as_(desk.cast.agent).get(reverse("export_escalations"), {"view": "all"})
    rows = b"".join(answer.streaming_content).decode()
    assert "Maria Ruiz" in rows
    assert "Wants to send card details" in rows
    with activate(desk.organization):
        assert AuditEvent.objects.filter(event="escalation:exported").exists()
    assert desk.as_(desk.cast.auditor).get(reverse("export_escalations")).status_code == 403
    closed = desk.as_(desk.cast.agent).get(reverse("export_escalations"), {"view": "closed"})
    assert "Maria Ruiz" not in b"".join(closed.streaming_content).decode()
