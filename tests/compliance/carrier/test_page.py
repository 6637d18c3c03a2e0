"""Settings > Lines > Agreement with the carrier, for those who look after lines."""

import pytest
from django.db.models.functions import Now
from django.urls import reverse

from accounts.permissions import Permission
from compliance.carrier import comparing
from compliance.ledger import consent
from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.cast import cast, signed_in
from tests.revealers import with_rights
from tests.texting.simulator.conftest import line, other_line
from texting import receiving
from texting.models import CarrierComparison, FetchedText, LineKey
from texting.providers.base import Inbound
from texting.simulator import opt_outs

__all__ = ["cast", "line", "other_line"]
CUSTOMER, TOLD_US = "+12125550181", "+12125550182"
PAGE = "/settings/lines/agreement/"


@pytest.fixture
def met(cast, line, transactional_db):
    """The carrier knows one opt-out, we another; one text was fetched; the list has been compared."""
    with activate(cast.organization):
        for which, number in enumerate((CUSTOMER, TOLD_US)):
            message = receiving.receive(line, Inbound(f"in-{which}", number, line.number, "Hello", f"in-{which}"))
        consent.withdraw(message.contact, evidence=Evidence(source=ConsentEvent.Source.AGENT))
        FetchedText.objects.create(line=line, message=message)
    opt_outs.note(line=line.number, customer=CUSTOMER, secret="secret of Main line", opted_out=True)
    yield comparing.compare_due()
    opt_outs.note(line=line.number, customer=CUSTOMER, secret="", opted_out=False)


def test_it_shows_both_directions_and_what_was_fetched(cast, line, met, client):
    assert met["done"] == 1
    page = signed_in(client, cast.owner).get(PAGE).content.decode()
    for words in ("Main line", "Compared", "(212) 555-0181", "(212) 555-0182", "Texted no more", "Texts fetched"):
        assert words in page
    assert "every 5s" not in page, "nothing is being read"


def test_whoever_may_not_see_numbers_reads_masks_on_the_page_and_in_the_file(cast, line, met, client):
    member = with_rights(cast, frozenset({Permission.LINES_MANAGE}))
    client = signed_in(client, member)
    for address in (PAGE, PAGE + "differences.csv"):
        said = client.get(address).getvalue().decode()
        assert "·· 0181" in said
        assert "555-0181" not in said
        assert "2125550181" not in said


def test_the_file_has_a_row_for_each_and_its_reading_is_in_the_log(cast, line, met, client):
    lines = signed_in(client, cast.owner).get(PAGE + "differences.csv").getvalue().decode("utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in lines[1:]] == ["difference", "known to us only", "text fetched"]
    assert all(row.count(",") == lines[0].count(",") for row in lines)
    with activate(cast.organization):
        assert AuditEvent.objects.filter(event="carrier_list:exported", actor_id=cast.owner.pk).count() == 1


def test_without_a_line_it_leads_to_connecting_one(cast, client):
    page = signed_in(client, cast.owner).get(PAGE).content.decode()
    assert "No line yet" in page
    assert reverse("choose_provider") in page


def test_a_provider_without_a_list_says_so_and_has_no_button(cast, line, client):
    with activate(cast.organization):
        type(line).objects.update(provider="twilio")
    page = signed_in(client, cast.owner).get(PAGE).content.decode()
    assert "Twilio has no list of opt-outs" in page
    assert "Compare now" not in page
    signed_in(client, cast.owner).post(f"{PAGE}{line.pk}/compare/")
    with activate(cast.organization):
        assert not AuditEvent.objects.filter(event="carrier_list:asked").exists()


@pytest.mark.parametrize(
    ("problem", "words"),
    [("auth", "Change its token"), ("bad_list", "no list that can be used"), ("transient", "within the hour")],
)
def test_a_list_that_could_not_be_read_says_why_and_what_happens_next(cast, line, client, problem, words):
    with activate(cast.organization):
        CarrierComparison.objects.create(line=line, state="failed", problem=problem)
    page = signed_in(client, cast.owner).get(PAGE).content.decode()
    assert "Could not be read" in page
    assert words in page


def test_it_can_be_asked_for_at_once_by_those_in_charge_only(cast, line, other_line, client):
    later = LineKey.objects.filter(line_id=line.pk)
    later.update(opt_outs_due_at="2040-01-01T00:00:00Z")
    assert signed_in(client, cast.agent).post(f"{PAGE}{line.pk}/compare/").status_code == 403
    assert signed_in(client, cast.agent).get(PAGE).status_code == 403
    assert signed_in(client, cast.owner).post(f"{PAGE}{other_line.pk}/compare/").status_code == 404
    assert not LineKey.objects.filter(opt_outs_due_at__lte=Now(), line_id=line.pk).exists()
    assert signed_in(client, cast.owner).post(f"{PAGE}{line.pk}/compare/").status_code == 302
    assert LineKey.objects.filter(opt_outs_due_at__lte=Now(), line_id=line.pk).exists()
    with activate(cast.organization):
        assert AuditEvent.objects.filter(event="carrier_list:asked").count() == 1
    assert "every 5s" in client.get(PAGE).content.decode(), "and the page looks again by itself"
