"""Every page of the product with something, nothing or too much on it: for axe, and for the pictures."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Role, SamlCertificate, SamlFoundCertificate, SamlProvider, SsoDomain, Team
from accounts.saml import configuring, domains
from accounts.saml.certificates import read_certificate
from compliance.content_types import deciding as deciding_held
from compliance.findings import deciding
from compliance.models import CheckRun, Escalation, Finding, HeldText, OptOutQuestion
from compliance.opt_out import opt_out_questions
from tenancy.ids import new_id
from tenancy.isolation import activate
from tenancy.models import Organization
from tests.accounts.saml.identity_provider import encoded, pair, respond
from tests.accounts.saml.office import Browser, open_office, signed
from texting import conversations, progress, receiving, sending
from texting.gate import OutsideHours
from texting.limits import alarms
from texting.limits.carriers import changing as carriers
from texting.limits.carriers.changing import BrandSettings, CampaignSettings
from texting.limits.carriers.days import day_of, next_day
from texting.models import (
    Campaign,
    ContactField,
    Conversation,
    Line,
    LineKey,
    OutboxEntry,
    SavedFilter,
    SendingCount,
    Tag,
)
from texting.providers.base import Inbound
from texting.scheduled import planning
from texting.scheduled.checking import When
from texting.scheduled.their_clock import zones_for
from texting.searching.again import to_address
from texting.statuses import ErrorKind, MessageStatus

from .action_rows import action_rows, action_sights
from .announcement_rows import announcement_rows, announcement_sights
from .automation_rows import automation_rows, automation_sights
from .checked_rows import checked_rows
from .demo import Demo
from .form_rows import form_rows, form_sights
from .hold_rows import hold_rows, hold_sights
from .key_rows import key_rows, key_sights
from .measure_rows import measure_sights
from .merging_sights import duplicates_sights
from .opt_in_rows import opt_in_rows, opt_in_sights
from .payment_rows import payment_rows, payment_sights
from .request_rows import request_rows, request_sights
from .review_sights import review_sights
from .series_rows import series_rows, series_sights
from .simulated_office import Office
from .template_rows import template_sights
from .webhook_rows import webhook_pages

LONG_NAME = "Maximilian Alexander Featherstonehaugh-Worthington-Cholmondeley von und zu Hohenstein-Oettingen"
LONG_WORD = "https://harbor.example/" + "appointments" * 12
LONGEST = ("Ein sehr langer Text über Zahnseide, Kronen und Füllungen, der gar nicht mehr aufhört. " * 20)[:1600]
RIGHT_TO_LEFT = "مرحبا، هل يمكنني تغيير موعدي إلى يوم الخميس القادم في الساعة 10:20 من فضلك؟"
EMOJI = "👍🏽👩‍👩‍👧‍👦🏳️‍🌈🇳🇴🧑🏿‍🚀" * 6


@dataclass(frozen=True)
class State:
    """One organization as somebody sees it. `opened` and `refused` are conversations, if there are any."""

    name: str
    member: Membership
    phone: str
    opened: Conversation | None = None
    refused: Conversation | None = None
    endpoint: str = ""  # the page of a webhook endpoint, and of one of its deliveries
    delivery: str = ""
    campaign: Campaign | None = None
    searched: str = "dental"

    def sights(self) -> Iterator[tuple[str, str]]:
        """(name of the page, its path)."""
        yield "inbox", "/inbox/"
        if self.opened:
            yield "thread", f"/inbox/c/{self.opened.pk}/"
        if self.refused:
            yield "refusal", f"/inbox/c/{self.refused.pk}/"
        yield "inbox-mine", "/inbox/mine/"
        yield "search", "/search/"
        with activate(self.member.organization):
            words = to_address(self.member, {"q": [self.searched], "kind": [""]})
        yield "search-found", f"/search/?again={words}"
        yield "attention", "/attention/"
        yield "notifications", "/notifications/"
        yield "notifications-unread", "/notifications/?view=unread"
        yield "notification-settings", "/settings/notifications/"
        yield "questions", "/perhaps-stop/"
        yield "questions-decided", "/perhaps-stop/?state=decided"
        yield "escalations", "/escalations/"
        yield "call-list", "/escalations/calls/"
        if escalation := escalation_of(self.member.organization):
            yield "escalation", f"/escalations/{escalation.pk}/"
            yield "escalation-thread", f"/inbox/c/{escalation.conversation_id}/"
        yield "escalation-hours", "/settings/escalations/"
        yield "escalation-clocks", "/settings/escalations/clocks/"
        yield "escalation-clock", "/settings/escalations/clocks/card_offer/"
        yield "escalation-rules", "/settings/escalations/rules/"
        yield "escalation-rule-new", "/settings/escalations/rules/new/"
        yield "escalation-letters", "/settings/escalations/mail/"
        yield "escalation-letter", "/settings/escalations/mail/en/"
        yield "escalation-texts", "/settings/escalations/texts/"
        yield "escalation-text", "/settings/escalations/texts/card_offer/en/"
        yield "escalation-report", "/reports/escalations/"
        yield from automation_sights(self.member)
        yield "scheduled", "/scheduled/"
        yield "scheduled-stopped", "/scheduled/?state=stopped"
        yield from series_sights(self.member)
        yield from announcement_sights(self.member)
        yield "held-texts", "/second-look/"
        yield "held-texts-decided", "/second-look/?state=decided"
        yield "types-of-texts", "/settings/types-of-texts/"
        yield "findings", "/reports/findings/"
        yield "findings-all", "/reports/findings/?state=all"
        yield "review-checks", "/reports/review-checks/"
        yield "review-checks-all", "/reports/review-checks/?result=all"
        yield "check-rates", "/reports/review-checks/rates/?days=90"
        yield "check-runs", "/reports/review-checks/runs/"
        if run := check_run_of(self.member.organization):
            yield "check-run", f"/reports/review-checks/runs/{run.pk}/"
            yield "checked-thread", f"/inbox/c/{run.last}/"
        yield from review_sights(self.member)
        yield "finding-exceptions", "/reports/findings/exceptions/"
        yield "answers", "/settings/answers/"
        yield "portal-settings", "/settings/portal/"
        yield "contacts", "/contacts/"
        yield "report-permission", "/reports/permission/?days=90"
        yield "one-number", "/reports/number/"
        yield "report-mails", "/reports/mails/"
        for sheet in ("volumes", "answers", "delivery", "cost", "opt-outs"):
            yield f"work-{sheet}", f"/reports/work/{sheet}/?days=90"
        yield from payment_sights(self.member)
        yield from hold_sights(self.member)
        yield from request_sights(self.member)
        yield from action_sights(self.member)
        if self.opened:
            yield "contact", f"/contacts/{self.opened.contact_id}/"
            yield "permission", f"/contacts/{self.opened.contact_id}/permission/"
            yield "place", f"/contacts/{self.opened.contact_id}/place/"
        yield "phone", self.phone
        yield "people", "/settings/people/"
        yield "invite", "/settings/people/invite/"
        yield "person", f"/settings/people/{self.member.pk}/"
        yield "sessions", "/settings/sessions/"
        yield "access-review", "/settings/access-review/"
        yield "sign-ins", "/settings/sign-ins/"
        yield "person-sign-ins", f"/settings/people/{self.member.pk}/sign-ins/"
        yield "person-sessions", f"/settings/people/{self.member.pk}/sessions/"
        yield "session-limits", "/settings/session-limits/"
        yield "networks", "/settings/session-limits/networks/"
        yield "invite-many", "/settings/people/invite/many/"
        yield "set-up", "/settings/set-up/"
        yield "change-email", "/settings/account/email/"
        yield "forgot", "/forgot/"
        yield "mailbox", "/mailbox/"
        yield "directory", "/settings/directory/"
        yield "person-access", f"/settings/people/{self.member.pk}/access/"
        yield "person-change", f"/settings/people/{self.member.pk}/change/"
        yield "roles", "/settings/roles/"
        yield "role-owner", "/settings/roles/owner/"
        with activate(self.member.organization):
            agent, auditor = (Role.objects.get(built_in=name) for name in ("agent", "auditor"))
            team = Team.objects.order_by("name").first()
        yield "role", f"/settings/roles/{agent.pk}/"
        yield "role-copy", f"/settings/roles/new/?from={agent.pk}"
        yield "roles-compared", f"/settings/roles/compare/?a={agent.pk}&b={auditor.pk}"
        yield "teams", "/settings/teams/"
        yield "team-new", "/settings/teams/new/"
        if team:
            yield "team", f"/settings/teams/{team.pk}/"
            yield "team-people", f"/settings/teams/{team.pk}/people/"
        line = self.phone.split("/")[2]
        yield "tags", "/settings/tags/"
        with activate(self.member.organization):
            tag = Tag.objects.first()
        if tag:
            yield "tag", f"/settings/tags/{tag.pk}/"
            yield "contacts-tagged", f"/contacts/?tag={tag.pk}"
        yield "contact-fields", "/settings/fields/"
        with activate(self.member.organization):
            field = ContactField.objects.first()
        if field:
            yield "contact-field", f"/settings/fields/{field.pk}/"
        with activate(self.member.organization):
            saved = SavedFilter.objects.first()
        if saved:
            yield "contacts-filtered", f"/contacts/?saved={saved.pk}"
        yield from duplicates_sights(self.member)
        yield "lines", "/settings/lines/"
        yield "agreement", "/settings/lines/agreement/"
        yield "line", f"/settings/lines/{line}/"
        yield "change-token", f"/settings/lines/{line}/token/"
        yield "choose-provider", "/settings/lines/connect/"
        yield "connect-twilio", "/settings/lines/connect/twilio/"
        yield "connect-simulator", "/settings/lines/connect/simulator/"
        yield "quarantine", "/settings/quarantine/"
        yield "purges", "/settings/purges/"
        yield "purge-now", "/settings/purges/now/"
        yield from opt_in_sights(self.member.organization)
        yield from form_sights(self.member.organization)
        yield from template_sights(self.member.organization)
        yield "limits", "/settings/limits/"
        yield "limits-carriers", "/settings/limits/carriers/"
        yield "carrier-brand-add", "/settings/limits/carriers/add/"
        if self.campaign:
            yield "carrier-brand", f"/settings/limits/carriers/{self.campaign.brand_id}/"
            yield "carrier-campaign", f"/settings/limits/carriers/campaigns/{self.campaign.pk}/"
        yield "limits-countries", "/settings/limits/countries/?q=united"
        yield "limits-alarms", "/settings/limits/alarms/"
        yield "limits-rates", "/settings/limits/rates/"
        yield "hours", "/settings/hours/"
        yield "hours-table", "/settings/hours/table/"
        yield from measure_sights(self.member)
        yield from key_sights(self.member.organization)
        yield "retention", "/settings/retention/"
        yield "retention-change", "/settings/retention/of/bodies/?keep=for&number=90&unit=days"
        yield "retention-decide", "/settings/retention/disagreements/bodies/"
        yield "retention-nights", "/settings/retention/nights/"
        yield "retention-what-if", "/settings/retention/nights/?kind=bodies&keep=for&number=90&unit=days"
        yield "sso", "/settings/sso/"
        yield "sso-provider", "/settings/sso/provider/"
        yield "sso-options", "/settings/sso/options/"
        yield "sso-mappings", "/settings/sso/mappings/"
        yield "sso-domains", "/settings/sso/domains/"
        yield "sso-enforcement", "/settings/sso/enforcement/"
        yield "sso-log", "/settings/sso/log/"
        yield "developers", "/developers/"
        yield "developers-errors", "/developers/errors/"
        yield "developers-operation", "/developers/send_a_text/"
        yield "audit-log", "/settings/audit/"
        yield "reveals", "/settings/reveals/"
        yield "webhooks", "/settings/webhooks/"
        yield "webhook-add", "/settings/webhooks/add/"
        if self.endpoint:
            yield "webhook", self.endpoint
            yield "webhook-secret", f"{self.endpoint}secret/"
            yield "webhook-content", f"{self.endpoint}content/"
            yield "webhook-delivery", self.delivery
        yield "account", "/settings/account/"
        for way in ("passkey", "totp", "sms", "email"):
            yield f"add-{way}", f"/settings/account/add/{way}/"
        yield "recovery", "/settings/account/recovery/"
        yield "second-factors", "/settings/security/second-factors/"
        yield "sessions", "/settings/sessions/"
        yield "not-found", "/nowhere/"


def empty(office: Office) -> State:
    """The first minute."""
    return State("empty", office.owner, office.phone_address)


@pytest.fixture(scope="session")
def usual(demo: Demo, django_db_blocker: Any) -> State:
    """The demo's week, as its owner sees it, with some of everything that can be there."""
    with django_db_blocker.unblock():
        return _some_of_everything(demo)


def _some_of_everything(demo: Demo) -> State:
    knock(demo.harbor, 2)
    doubt(demo, "Priya Raman", "Too many texts. How do I get fewer?")
    doubt(demo, "Theo Nakamura", "I think you have the wrong number")
    doubt(
        demo, "Grace Whitfield", "Charge my visa 4111 1111 1111 1111 cvv 837. I was diagnosed with diabetes last week"
    )
    judged(demo.member("olivia@harbor.example"), Finding.Verdict.RIGHT)
    opt_in_rows(demo.member("olivia@harbor.example"), "Reminders", "JOIN")
    form_rows(demo.member("olivia@harbor.example"), "Front door")
    opened, refused = demo.conversation_with("Marcus Bell"), demo.conversation_with("Hannah Osei")
    owner = demo.member("olivia@harbor.example")
    payment_rows(owner, opened)
    hold_rows(owner, opened)
    request_rows(owner, opened)
    action_rows(owner, opened)
    announcement_rows(owner, opened.line)
    automation_rows(owner, opened)
    webhooks = webhook_pages(owner, "https://hooks.harbor.invalid/parley", "Appointment book", rows=6)
    key_rows(owner)
    sso_in_use(owner, "harbor.example")
    checked_rows(demo, owner, "Grace Whitfield", "Theo Nakamura", "Priya Raman")
    campaign = registered(owner, "Harbor Dental LLC", tier="low", cap=2_000, used=1_834)
    return State("usual", owner, _phone_of(demo, opened), opened, refused, *webhooks, campaign)


def escalation_of(organization: Organization) -> Escalation | None:
    """The newest one of an organization."""
    with activate(organization):
        return Escalation.objects.order_by("-opened_at").first()


def check_run_of(organization: Organization) -> CheckRun | None:
    """The newest one of an organization."""
    with activate(organization):
        return CheckRun.objects.order_by("-made_at").first()


def doubt(demo: Demo, name: str, body: str) -> None:
    """A customer of the demo writes something that somebody must decide about."""
    conversation = demo.conversation_with(name)
    with activate(demo.harbor):
        line, number = conversation.line, conversation.contact.number
        receiving.receive(line, Inbound(f"doubt-{number}", number, line.number, body, f"doubt-{number}"))


def judged(member: Membership, verdict: Finding.Verdict) -> None:
    """One finding is judged."""
    with activate(member.organization):
        deciding.decide(member=member, finding=Finding.objects.order_by("type")[0], verdict=verdict)


def held_texts(office: Office) -> None:
    """An offer of each of three people to the same customer; the first was not approved."""
    held = office.hear("Any news?", which=47, name=LONG_NAME)
    offer = f"All creams are 30% off this week only. Shop now! {LONG_WORD}"
    with activate(office.organization):
        for author in (office.agent, office.colleague, office.owner):
            with suppress(sending.Refused):
                sending.send_text(conversation=held, body=offer, author=author)
        later = When(timezone.now() + timedelta(days=3), zones_for(office.agent, held.contact)[0], OutsideHours.SEND)
        for body in (LONG_WORD, LONG_NAME * 4):
            planning.schedule(member=office.agent, conversation=held, body=body, when=later, message_id=new_id())
        series_rows(office, held)
        mine = HeldText.objects.filter(author=office.agent).latest("id")
        deciding_held.refuse(member=office.owner, held=mine, reason=LONG_WORD[:500])


def overflowing(office: Office) -> State:
    """Names, texts and numbers that are longer than anybody thought of."""
    for which in range(1, 40):
        office.hear(f"Hello, this is customer {which}", which=which)
    for which, (name, body) in enumerate(
        ((RIGHT_TO_LEFT[:60], RIGHT_TO_LEFT), (EMOJI, EMOJI), ("Featherstonehaugh" * 4, LONG_WORD)), start=40
    ):
        office.hear(body, which=which, name=name)
    knock(office.organization, 60)
    opt_in_rows(office.owner, "Werbung".ljust(40, "g"), "SPRING2026SPRING2026")
    form_rows(office.owner, "Formular".ljust(30, "m"))
    office.hear("wrong number", which=43, name=LONG_NAME)
    held_texts(office)
    office.hear(f"my ssn is 123-45-6788 {LONG_WORD}", which=46, name=LONG_NAME)
    judged(office.owner, Finding.Verdict.WRONG)
    with activate(office.organization):
        opt_out_questions.stop(member=office.owner, question=OptOutQuestion.objects.get())
    office.new_line(LONG_NAME[:40], f"+1303{5560100 + office.place}")
    refused = office.hear("STOP", which=45, name=LONG_NAME)
    office.hear("Sorry, wrong number", which=44, name=LONG_NAME)
    office.hear(f"how do I unsubscribe {LONG_WORD}", name=LONG_NAME)
    for body in (LONGEST, LONG_WORD, RIGHT_TO_LEFT, EMOJI):
        opened = office.hear(body, name=LONG_NAME)
    with activate(office.organization):
        opened = Conversation.objects.select_related("contact", "line").get(pk=opened.pk)
        conversations.claim(member=office.owner, conversation=opened)
        sending.send_text(conversation=opened, body=LONGEST[:1500], author=office.owner)
        failed = sending.send_text(conversation=opened, body=LONG_WORD, author=office.owner)
        OutboxEntry.objects.filter(message_id=failed.pk).delete()
        progress.show(failed, MessageStatus.UNCONFIRMED, ErrorKind.UNKNOWN_OUTCOME)
        conversations.add_note(member=office.owner, conversation=opened, body=f"{LONG_WORD}\n{RIGHT_TO_LEFT}")
        alarms.stop(opened.contact, alarms.Rule.SEQUENCE, {"in sequence": 23, "allowed": 7, "new numbers": 41})
    user = office.colleague.user
    user.name = LONG_NAME[:80]
    user.save(update_fields=["name"])
    key_rows(office.owner, longest=LONG_NAME[:80])
    webhooks = webhook_pages(office.owner, f"https://{'long-name.' * 12}invalid/{'x' * 1500}", LONG_NAME[:80], rows=120)
    campaign = registered(office.owner, LONG_NAME[:60], tier="other", cap=9_999_999, used=9_999_999, waits=opened.line)
    return State("overflowing", office.owner, office.phone_address, opened, refused, *webhooks, campaign)


def registered(owner: Membership, name: str, *, tier: str, cap: int, used: int, waits: Line | None = None) -> Campaign:
    """A brand with a campaign of every line, its day partly used; with `waits` that line's texts wait for the next.

    Made once: several journeys share the demo.
    """
    with activate(owner.organization):
        made = Campaign.objects.filter(brand__name=name).first()
        if made is not None:
            return made
        brand = carriers.add_brand(member=owner, settings=BrandSettings(name, "BN1a2b3c4d", tier, cap))
        SendingCount.objects.create(
            kind="brand", key=brand.pk.bytes, begins_at=day_of(timezone.now()), texts=used, segments=used
        )
        settings = CampaignSettings("Appointment reminders", "CM5e6f7a8b", "low_volume", 75, 50)
        lines = list(Line.objects.values_list("pk", flat=True))
        campaign = carriers.add_campaign(member=owner, brand_id=brand.pk, settings=settings, lines=lines)
        if waits:
            resumes_at = next_day(day_of(timezone.now()))
            OutboxEntry.objects.filter(line_id=waits.pk, state="ready").update(due_at=resumes_at)
    return campaign


def sso_in_use(owner: Membership, domain: str) -> None:
    """Single sign-on with a provider, mappings, domains, and answers of all kinds; once, the demo is shared."""
    with activate(owner.organization):
        if SamlProvider.objects.exists():
            return
    office = open_office(owner, domain=domain, slo="https://idp.harbor.example/slo")
    with activate(owner.organization):
        configuring.add_certificate(actor=owner, certificate=read_certificate(pair("next").certificate))
        configuring.add_mapping(actor=owner, value="Parley leads", role=Role.objects.get(built_in="supervisor"))
        team = Team.objects.first()
        if team is not None:
            configuring.add_mapping(actor=owner, value="Front desk staff", team=team)
        domains.claim(actor=owner, written="harbor-dental.com")
        _renewed_there()
    SsoDomain.objects.filter(domain=domain).update(missing_since=timezone.now() - timedelta(days=2))
    for changes in ({"audience": "https://wrong.example"}, {"email": f"nina@{domain}"}, {"email": "eve@evil.example"}):
        browser = Browser(office).ask()
        said = office.said(browser, **{"name_id": "nina-0042", **changes})
        browser.bring(encoded(signed(respond(said), office.provider, "assertion")))


def _renewed_there() -> None:
    """The provider's metadata names a certificate that nobody here has taken, and one of ours no longer."""
    SamlProvider.objects.update(metadata_url="https://idp.harbor.example/metadata", metadata_checked_at=timezone.now())
    new = read_certificate(pair("third").certificate)
    facts = {name: getattr(new, name) for name in ("pem", "fingerprint", "subject", "begins_at", "ends_at")}
    SamlFoundCertificate.objects.create(provider=SamlProvider.objects.get(), **facts)
    SamlCertificate.objects.filter(pem=pair("provider").certificate).update(gone_at=timezone.now())


def knock(organization: Organization, times: int) -> None:
    """Somebody who has a line's webhook address sends what no provider signed."""
    with activate(organization):
        line = Line.objects.filter(provider="simulator").order_by("created_at")[0]
    address = f"/webhooks/simulator/{LineKey.objects.get(line_id=line.pk).key}/inbound"
    for which in range(times):
        signed = {"X-Simulator-Signature": "0" * 64, "X-Simulator-Timestamp": "1"} if which % 2 else {}
        assert (
            Client().post(address, {"from": "nobody"}, content_type="application/json", headers=signed).status_code
            == 403
        )


def _phone_of(demo: Demo, conversation: Conversation) -> str:
    with activate(demo.harbor):
        index = bytes(conversation.contact.number_index).hex()
    return f"/phones/{conversation.line_id}/{index}/"
