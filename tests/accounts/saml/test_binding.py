"""Whose answer it is: the browser that asked, once, its own organization, and nobody else's person."""

import base64
import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import time_machine
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import (
    Membership,
    RequestKind,
    Role,
    SamlIdentity,
    SamlMapping,
    SsoDomain,
    TeamMember,
    User,
)
from accounts.saml.refusals import Reason
from tenancy.isolation import activate
from tests.accounts.codes import code, with_app
from tests.accounts.saml.identity_provider import encoded, pair, respond
from tests.accounts.saml.office import Browser, open_office, signed
from tests.cast import person, signed_in


def answer(office, browser, **changes):
    """A right answer to the browser's question, brought."""
    said = office.said(browser, **changes)
    return browser.bring(encoded(signed(respond(said), office.provider, "assertion")))


def roles(member) -> list[str]:
    with activate(member.organization_id):
        return sorted(Role.objects.filter(members__membership=member).values_list("built_in", flat=True))


def test_an_answer_counts_once(cast, office, browser):
    message = encoded(signed(respond(office.said(browser)), office.provider, "assertion"))
    assert browser.bring(message).status_code == 302
    browser.client.cookies.pop(settings.SESSION_COOKIE_NAME)
    assert browser.bring(message).status_code == 403
    assert office.last().reason == Reason.REPLAYED
    assert browser.member is None


def test_an_assertion_counts_once_even_for_another_question(cast, office):
    office.options(takes_unsolicited=True)
    browser = Browser(office)
    message = encoded(signed(respond(office.said(None)), office.provider, "assertion"))
    assert browser.bring(message).status_code == 302
    assert Browser(office).bring(message).status_code == 403
    assert office.last().reason == Reason.REPLAYED


def test_an_answer_in_another_browser_signs_nobody_in(cast, office, browser):
    thief = Browser(office).ask()
    message = encoded(signed(respond(office.said(browser)), office.provider, "assertion"))
    assert thief.bring(message).status_code == 403
    assert office.last().reason == Reason.WRONG_BROWSER
    assert thief.member is None
    assert Browser(office).bring(message).status_code == 403
    assert browser.bring(message).status_code == 302, "the right browser is not kept out by the others"


def test_two_tabs_may_ask_at_once(cast, office, browser):
    first = browser.request_id
    browser.ask()
    browser.request_id, second = first, browser.request_id
    assert answer(office, browser).status_code == 302
    browser.request_id = second
    assert answer(office, browser).status_code == 302


def test_a_question_is_good_for_ten_minutes(cast, office, browser):
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert answer(office, browser).status_code == 403
    assert office.last().reason == Reason.WRONG_REQUEST


def test_an_answer_for_one_organization_opens_no_other(cast, office, browser):
    other = open_office(
        cast.outsider, entity="https://idp.north.example", signers=("north",), domain="northside.example"
    )
    there = Browser(other).ask()
    message = encoded(signed(respond(office.said(browser)), office.provider, "assertion"))
    assert there.bring(message).status_code == 403
    assert there.member is None
    # Even signed by the other's provider, in every detail made for the first.
    for changes in (
        {},
        {"acs": office.ours.acs},
        {"audience": office.ours.entity_id},
        {"request_id": browser.request_id},
    ):
        told = {"issuer": "https://idp.north.example", "email": "agent@harbor.example", **changes}
        there.ask()
        assert answer(other, there, **told).status_code == 403
        assert there.member is None
    there.ask()
    assert answer(other, there, issuer="https://idp.north.example", email="new@northside.example").status_code == 302
    assert there.member.organization == cast.other_organization


def test_a_provider_cannot_name_a_person_of_another_organization(cast, office, browser):
    """The same address as somebody who signs in elsewhere, in a domain that is proved: not taken over, not told."""
    stranger = person("rita@harbor.example", "Rita Elsewhere")
    there = Membership.objects.create(user=stranger, organization=cast.other_organization)
    assert answer(office, browser, email="rita@harbor.example").status_code == 403
    assert office.last().reason == Reason.WORKS_ELSEWHERE
    assert not Membership.objects.filter(user=stranger).exclude(pk=there.pk).exists()


def test_somebody_who_works_in_two_organizations_stays_in_the_one_that_vouches(cast, office, browser):
    Membership.objects.create(user=cast.agent.user, organization=cast.other_organization)
    assert answer(office, browser).status_code == 302
    assert browser.member == cast.agent
    page = browser.client.get("/settings/account/").content.decode()
    assert "Northside" not in page
    browser.client.post(f"/organization/{cast.other_organization.pk}/")
    assert browser.member == cast.agent
    assert "Northside" not in browser.client.get("/settings/sessions/").content.decode()


def test_the_name_id_decides_after_the_first_time(cast, office, browser):
    assert answer(office, browser).status_code == 302
    again = Browser(office).ask()
    assert answer(office, again, email="second_agent@harbor.example").status_code == 302
    assert again.member == cast.agent, "another address changes nothing"
    other = Browser(office).ask()
    assert answer(office, other, name_id="somebody-else").status_code == 403
    assert office.last().reason == Reason.LINKED_OTHERWISE


def test_another_provider_does_not_inherit_names(cast, office, browser):
    assert answer(office, browser).status_code == 302
    office.options(entity_id="https://new.example")
    again = Browser(office).ask()
    assert answer(office, again, issuer="https://new.example", email="second_agent@harbor.example").status_code == 302
    assert again.member == cast.second_agent


def test_a_deactivated_member_stays_out(cast, office, browser):
    assert answer(office, browser).status_code == 302
    Membership.objects.filter(pk=cast.agent.pk).update(is_active=False)
    again = Browser(office).ask()
    assert answer(office, again).status_code == 403
    assert office.last().reason == Reason.DEACTIVATED
    assert browser.client.get("/settings/account/").status_code == 302, "and the open session ends"


def test_somebody_new_becomes_a_member_with_the_mapped_role_and_teams(cast, office, browser):
    office.options(role_attribute="role", groups_attribute="groups")
    with activate(cast.organization):
        SamlMapping.objects.create(value="Auditors", role=Role.objects.get(built_in="supervisor"))
        SamlMapping.objects.create(value="Reception", team=cast.front_desk)
    told = {"email": "nina@harbor.example", "name_id": "nina-7", "attributes": [("role", ["Auditors"])]}
    told["attributes"] += [("groups", ["Reception", "All staff"]), ("displayName", ["Nina Ferreira"])]
    assert answer(office, browser, **told).status_code == 302
    member = browser.member
    assert (member.user.name, member.user.email) == ("Nina Ferreira", "nina@harbor.example")
    assert not member.user.has_usable_password()
    assert roles(member) == ["supervisor"]
    with activate(cast.organization):
        assert [place.team for place in TeamMember.objects.filter(membership=member)] == [cast.front_desk]
    told["attributes"] = [("role", ["Nothing known"])]
    again = Browser(office).ask()
    assert answer(office, again, **told).status_code == 302
    assert roles(member) == ["supervisor"], "what is not mapped changes nothing"
    with activate(cast.organization):
        assert not TeamMember.objects.filter(membership=member).exists(), "teams follow the groups"


def test_an_owner_is_neither_lifted_nor_lowered(cast, office, browser):
    office.options(role_attribute="role", trusts_second_factor=True)
    with activate(cast.organization):
        SamlMapping.objects.create(value="x", role=Role.objects.get(built_in="agent"))
    told = {"email": "olga@harbor.example", "name_id": "olga-1", "attributes": [("role", ["x"])]}
    assert answer(office, browser, **told).status_code == 302
    assert browser.member == cast.owner
    cast.owner.refresh_from_db()
    assert cast.owner.is_owner
    assert roles(cast.owner) == ["admin"]


def test_without_making_members_strangers_stay_out(cast, office, browser):
    office.options(makes_members=False)
    before = User.objects.count()
    assert answer(office, browser, email="nina@harbor.example").status_code == 403
    assert office.last().reason == Reason.UNKNOWN_PERSON
    office.options(makes_members=True, default_role=None)
    again = Browser(office).ask()
    assert answer(office, again, email="nina@harbor.example").status_code == 403
    assert office.last().reason == Reason.NO_ROLE
    assert User.objects.count() == before


def test_a_domain_that_is_claimed_only_counts_for_nothing(cast, office, browser):
    SsoDomain.objects.update(proved_at=None)
    assert answer(office, browser).status_code == 403
    assert office.last().reason == Reason.DOMAIN_NOT_PROVED


def test_an_answer_to_nothing_needs_an_opt_in(cast, office):
    office.options(takes_unsolicited=True)
    browser = Browser(office)
    assert answer(office, browser, request_id=None).status_code == 302
    assert browser.member == cast.agent
    half = Browser(office)
    assert answer(office, half, request_id=None, confirmation_request="_x").status_code == 403


def test_stricter_settings_refuse_what_the_usual_ones_take(cast, office, browser):
    office.options(signed="both")
    assert answer(office, browser).status_code == 403
    assert office.last().reason == Reason.NOT_SIGNED
    office.options(signed="assertion", wants_encryption=True)
    browser.ask()
    assert answer(office, browser).status_code == 403
    assert office.last().reason == Reason.NOT_ENCRYPTED


def test_a_door_that_is_off_lets_nobody_in(cast):
    office = open_office(cast.owner, on=False)
    assert Client().get(f"/sso/{office.door.slug}/").status_code == 404
    browser = Browser(office)
    assert answer(office, browser, request_id="_x").status_code == 403
    assert Client().get("/sso/0123456789abcdef012345/").status_code == 404
    assert Client().post("/sso/0123456789abcdef012345/acs").status_code == 404


def test_our_own_second_factor_follows_for_whoever_needs_one(cast, office, browser):
    device = with_app(cast.admin.user)
    told = {"email": "admin@harbor.example", "name_id": "ada-1"}
    arrived = answer(office, browser, **told)
    assert arrived["Location"] == "/sign-in/code/"
    assert browser.member is None
    assert browser.client.get("/settings/people/").status_code == 302
    Membership.objects.create(user=cast.admin.user, organization=cast.other_organization, is_owner=True)
    done = browser.client.post("/sign-in/code/", {"code": code(device)})
    assert done.status_code == 302
    assert browser.member == cast.admin, "and not the membership that was used last"
    assert browser.client.get("/settings/people/").status_code == 200


def test_the_providers_second_factor_counts_where_it_is_trusted(cast, office, browser):
    office.options(trusts_second_factor=True)
    assert answer(office, browser, email="admin@harbor.example", name_id="ada-1")["Location"] == "/"
    assert browser.client.get("/settings/people/").status_code == 200


def test_a_session_ends_when_the_provider_says_so(cast, office, browser):
    assert answer(office, browser, session_ends=1800).status_code == 302
    assert browser.client.get("/settings/account/").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert browser.client.get("/settings/account/").status_code == 302


def test_the_way_back_is_ours_whatever_comes_as_relay_state(cast, office):
    browser = Browser(office).ask(next="/settings/account/")
    assert browser.relay
    assert "settings" not in browser.relay
    said = office.said(browser)
    message = encoded(signed(respond(said), office.provider, "assertion"))
    assert browser.bring(message, RelayState="//evil.example")["Location"] == "/settings/account/"
    for evil in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        other = Browser(office).ask(next=evil)
        assert answer(office, other)["Location"] == "/"


def test_the_host_header_decides_nothing(cast, office, settings):
    settings.ALLOWED_HOSTS = ["*"]
    browser = Browser(office)
    browser.client.defaults["HTTP_HOST"] = "evil.example"
    browser.ask()
    assert browser.request.get("AssertionConsumerServiceURL") == office.ours.acs
    assert office.ours.acs.startswith(settings.PUBLIC_BASE_URL)
    assert answer(office, browser, acs=office.ours.acs.replace("127.0.0.1:8000", "evil.example")).status_code == 403
    assert answer(office, browser).status_code == 302


def test_confirming_asks_the_provider_again(cast, office, browser):
    office.options(trusts_second_factor=True)
    told = {"email": "admin@harbor.example", "name_id": "ada-1"}
    assert answer(office, browser, **told).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        asked = browser.client.get("/settings/people/").status_code
        assert asked == 200
        sent = browser.client.get("/confirm/?next=/settings/sso/options/")
        assert sent["Location"].startswith(f"/sso/{office.door.slug}/?again=1")
        browser.read(browser.client.get(sent["Location"])["Location"])
        assert browser.request.get("ForceAuthn") == "true"
        assert answer(office, browser).status_code == 403
        assert office.last().reason == Reason.OTHER_PERSON
        browser.read(browser.client.get(sent["Location"])["Location"])
        assert answer(office, browser, **told)["Location"] == "/settings/sso/options/"
        assert browser.client.get("/settings/sso/options/").status_code == 200


def test_the_request_is_signed_and_says_where_the_answer_goes(cast, office):
    client = Client()
    location = client.get(f"/sso/{office.door.slug}/")["Location"]
    query = urlsplit(location).query
    covered, _, _ = query.partition("&Signature=")
    signature = base64.b64decode(parse_qs(query)["Signature"][0])
    key = load_pem_x509_certificate(pair("ours").certificate.encode()).public_key()
    key.verify(signature, covered.encode(), PKCS1v15(), SHA256())
    cookie = client.cookies[settings.SAML_COOKIE_NAME]
    assert cookie["httponly"]


def test_a_test_signs_nobody_in_and_says_what_came(cast):
    office = open_office(cast.owner, on=False)
    browser = Browser(office)
    signed_in(browser.client, cast.owner)
    page = browser.client.post("/settings/sso/test/").content.decode()
    browser.read(html.unescape(re.search(r'0;url=([^"]+)"', page)[1]))
    sent = answer(office, browser, audience="https://wrong.example")
    shown = browser.client.get(sent["Location"]).content.decode()
    assert "another application" in shown
    assert "https://wrong.example" in shown
    browser.read(
        html.unescape(re.search(r'0;url=([^"]+)"', browser.client.post("/settings/sso/test/").content.decode())[1])
    )
    sent = answer(office, browser)
    shown = browser.client.get(sent["Location"]).content.decode()
    assert "It works" in shown
    assert "Amelia Okafor" in shown
    assert browser.member == cast.owner
    with activate(cast.organization):
        assert not SamlIdentity.objects.exists()
    assert office.last().kind == RequestKind.TEST
