"""Settings > Reveals: who looked at whom and why, as a page and as a file, masked for the auditor; and the rules."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.revealers import with_rights
from tests.texting.desk import FIRST, SECOND, desk
from tests.texting.test_revealing import reveal
from texting.models import RevealSettings

__all__ = ["desk"]

PAGE = "/settings/reveals/"


@pytest.fixture
def looked(desk):
    """One customer was looked at to call them, one because of a complaint."""
    browser = desk.as_(with_rights(desk.cast))
    for number, name, why in ((FIRST, "Ada Lovelace", "call"), (SECOND, "Grace Hopper", "incident")):
        contact = desk.hear(number=number, name=name).contact_id
        assert reveal(browser, contact, reason=why, words=f"=For {name}, 212-555-0181").status_code == 204
    return desk


def page(desk, member, query="") -> str:
    answer = desk.as_(member).get(PAGE + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_anything_it_says_what_it_is_for(desk):
    assert "Nobody has revealed a customer yet" in page(desk, desk.cast.auditor)


def test_an_auditor_reads_who_when_and_why_and_no_customer(looked):
    text = page(looked, looked.cast.auditor)
    for seen in ("Bo Castellanos", "Contact ·· 0181", "Contact ·· 0182", "To call or write", "•••• •••• •••• 0181"):
        assert seen in text.replace(", ", " ").replace("For ", ""), seen
    for hidden in ("Lovelace", "Hopper", "555-0181"):
        assert hidden not in text
    assert "Ada Lovelace" in page(looked, looked.cast.supervisor)


def test_it_is_narrowed_by_person_reason_and_day(looked):
    member = looked.cast.supervisor
    assert "Lovelace" not in page(looked, member, "?reason=incident")
    assert "Hopper" in page(looked, member, "?reason=incident")
    assert "Hopper" in page(looked, member, f"?who={looked.cast.second_agent.pk}")
    for nothing in ("?until=2020-01-01", "?since=2100-01-01", "?reason=other"):
        assert "Nobody revealed anything like that" in page(looked, member, nothing)
    for nonsense in ("?who=x", "?since=x&until=%00", "?after=x", "?reason=curious"):
        assert "Hopper" in page(looked, member, nonsense)


def test_the_price_does_not_grow_with_the_rows(looked):
    def price() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(looked, looked.cast.auditor)
        return len(captured)

    page(looked, looked.cast.auditor)
    few = price()
    browser = looked.as_(looked.cast.second_agent)
    for which in range(4, 14):
        reveal(browser, looked.hear(number=f"+121255501{which:02}").contact_id)
    assert price() <= few + 1


def test_the_file_holds_what_the_page_shows_and_runs_nothing(looked):
    answer = looked.as_(looked.cast.admin).get(f"{PAGE}export/?reason=call")
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    head, row = csv.reader(io.StringIO(text))
    assert dict(zip(head, row, strict=True))["contact"] == "Ada Lovelace"
    assert dict(zip(head, row, strict=True))["words"].startswith("'=")
    assert "attachment" in answer["Content-Disposition"]
    with activate(looked.organization):
        assert AuditEvent.objects.filter(event="contact:reveals_exported").count() == 1
    for member in (looked.cast.auditor, looked.cast.supervisor, looked.cast.agent):
        assert looked.as_(member).get(f"{PAGE}export/").status_code == 403


def test_nothing_of_another_organization_is_there(looked):
    assert "Castellanos" not in page(looked, looked.cast.outsider)


@pytest.mark.parametrize(
    "fields", [{"minutes": "0"}, {"minutes": "61"}, {"minutes": ""}, {"contacts_an_hour": "0"}, {"minutes": "9" * 400}]
)
def test_rules_out_of_bounds_are_refused_and_change_nothing(desk, fields):
    answer = desk.as_(desk.cast.admin).post(f"{PAGE}rules/", {"minutes": "5", "contacts_an_hour": "20", **fields})
    assert answer.status_code == 422
    with activate(desk.organization):
        assert not RevealSettings.objects.exists()


def test_an_admin_sets_the_rules_and_the_dialog_says_them(looked):
    rules = {"minutes": "3", "contacts_an_hour": "20"}
    assert looked.as_(looked.cast.supervisor).post(f"{PAGE}rules/", rules).status_code == 403
    for _ in range(2):
        assert looked.as_(looked.cast.admin).post(f"{PAGE}rules/", rules).status_code == 302
    with activate(looked.organization):
        assert RevealSettings.objects.get().minutes == 3
        assert AuditEvent.objects.filter(event="contact:reveal_rules_changed").count() == 1
    contact = looked.contact().pk
    dialog = looked.as_(looked.cast.second_agent).get(f"/contacts/{contact}/reveal/").content.decode()
    assert "for 3 minutes" in dialog
