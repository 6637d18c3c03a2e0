"""What tests/architecture/test_permissions.py cannot read from the code. Whoever adds a route adds its row here.

PUBLIC      every address that works without signing in, each with the reason.
PLAIN       parameters of addresses that name no object, and a value for each.
NOT_THEIRS  addresses whose object is somebody else's, by role: the permission is there and the answer is 404.
objects_of  for every other parameter an object of organization A, whose id is put there.
"""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from accounts import access_reviewing, deactivation
from accounts.founding import add_member
from accounts.invitations import new_link
from accounts.leaving import plans
from accounts.models import (
    Membership,
    RememberedDevice,
    RequestKind,
    Role,
    SamlCertificate,
    SamlFoundCertificate,
    SamlMapping,
    SamlProvider,
    Session,
    SsoDomain,
)
from accounts.saml.asking import ask
from accounts.saml.trust import trust_of
from compliance.actions import opening as opening_actions
from compliance.automations import rules as automating
from compliance.escalations import opening, rules
from compliance.importing import starting as importing
from compliance.models import Call, CallTask, CheckRun, Finding, FindingException, HeldText, Holiday, OptOutQuestion
from compliance.polls import writing as polling
from compliance.polls.writing import Question
from compliance.requesting import running
from retention.certificates import facts_of
from retention.models import ConflictDecision, Purge, RetentionPolicy
from tenancy.ids import new_id
from tenancy.isolation import activate
from tests.accounts.codes import with_app
from tests.accounts.saml.office import open_office
from tests.accounts.scim.conftest import connect
from tests.callers import make_caller
from tests.cast import Cast, signed_in
from tests.cast import person as make_person
from tests.compliance.actions.seeded import an_action
from tests.compliance.measures.answered import signed_measure
from tests.compliance.opt_ins import asked, make_keyword, make_program
from tests.compliance.published_forms import form_objects
from tests.compliance.reviewing.reviewed import reviewed_objects
from tests.compliance.templates_of import published
from tests.portal.payments.office import payment_objects
from tests.portal.sent import portal_objects
from tests.retention.asked import ask_request, copied_for, erased_for, pack_for
from tests.retention.placed import place_hold
from tests.texting.attachments.keeping import keep_file
from tests.texting.attachments.samples import png_with_place
from tests.texting.merged import merged_objects
from tests.texting.simulator.conftest import make_line
from texting import conversations, receiving, tagging
from texting.announcements import writing as announcing
from texting.announcements.audiences import Audience
from texting.announcements.writing import Written
from texting.fields import defining
from texting.fields.kinds import Kind
from texting.filtering import saving
from texting.filtering.conditions import TAG, Ask, Condition, Filter
from texting.filtering.saving import Sharing
from texting.limits import alarms
from texting.limits.carriers import changing as carriers
from texting.limits.carriers.changing import BrandSettings, CampaignSettings
from texting.models import (
    LineKey,
    Notification,
    QuarantinedRequest,
    SavedFilter,
    ScheduledText,
    SendingStop,
    TextSeries,
)
from texting.notifications.push import devices as push_devices
from texting.outgoing_webhooks import EventKind, managing
from texting.providers.base import Inbound
from texting.purposes import Purpose
from texting.sending import Refused, send_text
from texting.simulator import network
from texting.simulator.files import HandsetFile

SCIM = (
    ".search",
    "Groups",
    "Groups/.search",
    "Groups/<uuid:group_id>",
    "ResourceTypes",
    "ResourceTypes/<str:name>",
    "Schemas",
    "Schemas/<str:name>",
    "ServiceProviderConfig",
    "Users",
    "Users/.search",
    "Users/<uuid:person_id>",
    "^.*$",
)
PUBLIC = {
    "metrics": "the operator's token is the permission",
    "api/v1/openapi.json": "describes the API and knows no organization",
    "developers/": "describes the API and knows no organization",
    "developers/errors/": "the types of problem documents are addresses on it",
    "developers/<slug:name>/": "describes the API and knows no organization",
    "health/live": "the supervisor asks before anybody is known",
    "health/ready": "the load balancer asks before anybody is known",
    "app.webmanifest": "what makes it an app: names and icons, the same for everybody",
    "worker.js": "a script, the same for everybody",
    "offline/": "the page without a network, the same for everybody",
    "sign-in/": "the way in",
    "mailbox/": "local systems only: whoever was invited reads it before they can sign in",
    "mailbox/list/": "local systems only, as above",
    "mailbox/<uuid:mail_id>/": "local systems only, as above",
    "sign-in/code/": "half signed in; checks the session's own state",
    "sign-in/set-up/": "half signed in; checks the session's own state",
    "sign-in/passkey/": "the way in",
    "sign-in/passkey/options/": "the way in; says nothing about whom we know",
    "sign-in/set-up/passkey/": "half signed in; checks the session's own state",
    "sign-in/set-up/passkey/options/": "half signed in; checks the session's own state",
    "sign-out/": "ends whatever there is",
    "sso/": "the way in; looks at what stands behind the @ only",
    "sso/<slug:door>/": "the way in; leads to the organization's provider",
    "sso/<slug:door>/acs": "the provider's signature and the browser's cookie are the permission",
    "sso/<slug:door>/slo": "the provider's signature is the permission",
    "sso/<slug:door>/metadata": "what a provider must know: addresses and certificates",
    "join/": "the link that was opened is the permission",
    "join/<str:token>/": "the token is the permission",
    "forgot/": "whoever forgot their password cannot sign in; answers everybody alike",
    "forgot/new/": "the link that was opened is the permission",
    "forgot/<str:token>/": "the token is the permission",
    "not-me/": "the link that was opened is the permission",
    "not-me/<str:token>/": "the token is the permission",
    "new-address/": "the link that was opened is the permission",
    "new-address/<str:token>/": "the token is the permission",
    "operators/": "a door of its own: the operator flag and a second factor, else 404; runs in no organization",
    **dict.fromkeys(
        (
            "operators/ends/",
            "operators/ends/csv/",
            "operators/ends/<uuid:organization_id>/",
            "operators/ends/<uuid:organization_id>/take-back/",
            "operators/ends/<uuid:organization_id>/<slug:which>.json",
        ),
        "as above",
    ),
    "sign-up/": "404 unless SELF_SIGN_UP; nothing is made before a mailed link is opened",
    "sign-up/begin/": "the link that was opened is the permission",
    "sign-up/<str:token>/": "the token is the permission",
    "organization/<uuid:organization_id>/": "runs in neither of two organizations; checks the session itself",
    **{f"scim/v2/{path}": "the directory's token is the permission" for path in SCIM},
    "styleguide": "made-up data only, and 404 except on a local system",
    "styleguide/<slug:name>": "made-up data only, and 404 except on a local system",
    "forms/<str:form_key>/": "customers have no account; the address is published by the organization",
    "forms/<str:form_key>/thanks/": "as above; the same for everybody",
    "forms/<str:form_key>/colour.css": "as above; one colour",
    "forms/<str:form_key>/logo/<uuid:logo_id>/": "as above; the organization's own logo",
    **{
        f"s/<str:link_code>{path}": "customers have no account; what they know or get by text is the permission"
        for path in ("", "/code", "/open", "/message", "/answer", "/close")
    },
    "p/<str:payment_code>": "128 random bits are the permission; looking changes nothing",
    "p/<str:payment_code>/again": "as above; tells the people who asked, once",
    "p/<str:payment_code>/pay": "as above; leads to the payment provider",
    "paid/<str:token>": "a name that we signed; says whether a payment has arrived",
    "simulated-payment/<str:token>": "local systems only: a name that we signed stands for the provider's page",
    "webhooks/payments/<str:key>": "the provider's signature is the permission",
    "media/<str:token>": "128 random bits are the permission; for one attempt, for a while",
    "webhooks/<slug:provider>/<str:key>/inbound": "the provider's signature is the permission",
    "webhooks/<slug:provider>/<str:key>/status/<str:token>": "the provider's signature is the permission",
    "webhooks/<slug:provider>/<str:key>/calls/<str:token>": "the provider's signature is the permission",
    "webhooks/<slug:provider>/<str:key>/calls/<str:token>/connect": "the provider's signature is the permission",
}

_SESSION = {  # the agent's own
    "settings/sessions/<uuid:session_id>/end/",
    "settings/sessions/devices/<uuid:device_id>/forget/",
    "settings/account/factors/<uuid:factor_id>/",
    "settings/account/factors/<uuid:factor_id>/remove/",
}
_UNSENT = {  # the owner's own
    "inbox/c/<uuid:conversation_id>/files/<uuid:unsent_id>/describe/",
    "inbox/c/<uuid:conversation_id>/files/<uuid:unsent_id>/remove/",
}
_FILES = {f"inbox/attachments/<uuid:attachment_id>/{part}" for part in ("", "show/", "thumbnail/")}
_CLOSED = {"inbox/attachments/<uuid:attachment_id>/thumbnail/"}  # of a customer's picture that they have not opened
_BREAK_GLASS = {"settings/sso/break-glass/<uuid:owner_id>/"}  # owners decide about owners
_THEIR_SESSION = {"settings/people/<uuid:member_id>/sessions/<uuid:session_id>/end/"}  # the agent's, not that person's
_SEEN = {"contacts/<uuid:contact_id>/reveal/", "contacts/<uuid:contact_id>/hide/"}  # nothing is hidden from them
_OWN_REVIEWS = {f"reviews/yours/<uuid:scored_id>/{act}" for act in ("", "read/", "dispute/")}  # the agent's own
_HELD = {f"reviews/<uuid:scored_id>/{act}/" for act in ("keep", "give-back")}  # the supervisor's
_MADE_FOR = {"settings/exports/<uuid:export_id>/", "settings/evidence/<uuid:pack_id>/"}  # the admin's
_TOLD = {  # the agent was; the device is theirs
    "notifications/<uuid:notification_id>/read/",
    "notifications/<uuid:notification_id>/unread/",
    "settings/notifications/push/<uuid:push_device_id>/off/",
    "settings/notifications/push/<uuid:push_device_id>/test/",
}
_SHARED = {"contacts/filters/<uuid:filter_id>/", "contacts/filters/<uuid:filter_id>/delete/"}  # not to be changed

_TEMPLATE = "settings/templates/<uuid:template_id>/"
_ORGANIZATIONS = {  # an agent has templates of their own, and this one is the organization's
    _TEMPLATE + act
    for act in ("", "edit/", "publish/", "send-back/", "duplicate/", "propose/", "outcome/csv/", "archive/", "restore/")
} | {_TEMPLATE + "back/<int:version_number>/"}
NOT_THEIRS: dict[str, set[str]] = {
    "owner": _CLOSED | _SESSION | _THEIR_SESSION | _SEEN | _OWN_REVIEWS | _HELD | _MADE_FOR | _TOLD,
    "admin": _CLOSED | _SESSION | _THEIR_SESSION | _UNSENT | _BREAK_GLASS | _SEEN | _OWN_REVIEWS | _HELD | _TOLD,
    "supervisor": _CLOSED | _SESSION | _UNSENT | _SEEN | _OWN_REVIEWS | _TOLD,
    "agent": _CLOSED | _UNSENT | _SEEN | _SHARED | _ORGANIZATIONS,
    "auditor": _SESSION | _FILES | _OWN_REVIEWS | _HELD | _TOLD | _SHARED,  # pictures cannot be masked
}

PLAIN = {
    "evidence_key": "second_factors",
    "example_key": "appointment-reminder",
    "kind": "mine",
    "language": "en",
    "version_number": "1",
    "name": "inbox",
    "profile_key": "hipaa",
    "provider": "simulator",
    "retention_kind": "bodies",
    "which": "end",
    "sheet": "volumes",
    "step": "announce",
    "text_kind": "confirmation",
    "trigger": "card_offer",
    "when": "text",
    "way": "totp",
    "mail_id": "00000000-0000-7000-8000-000000000001",  # mails belong to no organization
}


def objects_of(cast: Cast, *, domain: str = "harbor.example") -> dict[str, Any]:
    """One of everything in organization A. The session is the agent's; the conversation is on the front desk's line."""
    signed_in(Client(), cast.agent)
    line = make_line(cast.organization, cast.front_desk, name="Main line", number="+12125550110")
    with activate(cast.organization):
        message = receiving.receive(line, Inbound("in-1", "+12125550181", line.number, "Hello", "in-1"))
        assert message is not None
        secure = portal_objects(cast.agent, message.conversation)
        receiving.receive(line, Inbound("in-2", "+12125550181", line.number, "how do I unsubscribe", "in-2"))
        question = OptOutQuestion.objects.get()
        receiving.receive(line, Inbound("in-3", "+12125550181", line.number, "my ssn is 123-45-6788", "in-3"))
        finding = Finding.objects.get()
        escalation = opening.escalate(member=cast.agent, conversation=message.conversation, reason="Wants a call")
        check_run = CheckRun.objects.create(
            made_by=cast.supervisor, rules_version="1", last=message.conversation_id, conversations=1
        )
        call = Call.objects.create(
            escalation=escalation,
            contact_id=escalation.contact_id,
            line_id=line.pk,
            member=cast.agent,
            press=uuid4(),
            token_hash=b"t" * 32,
            state="over",
            placed_at=timezone.now(),
        )
        task = CallTask.objects.create(
            escalation=escalation,
            contact_id=escalation.contact_id,
            due_at=timezone.now(),
            made_by=cast.agent,
            made_at=timezone.now(),
        )
        asked_for = ask_request(cast.admin, "+12125550181")
        action = opening_actions.open_action(
            member=cast.owner, action_id=uuid4(), wanted=an_action(cast.agent), origin=None
        )
        note = conversations.add_note(member=cast.supervisor, conversation=message.conversation, body="@Amelia Okafor")
        told = Notification.objects.get(note=note)
        woken = push_devices.turn_on(
            member=cast.agent, mark="a" * 64, name="Firefox on Linux", address="https://push.example.com/x"
        )
        legal_hold = place_hold(cast.admin, about=f"/inbox/c/{message.conversation_id}/")
        holiday = Holiday.objects.create(day="2026-12-24", name="Christmas Eve")
        rule = rules.save(member=cast.admin, name="Lawyers", kind="words", phrases=["my lawyer"])
        wish = automating.Wanted("Note", "text", actions={"note": "Look at this"})
        automation = automating.save(member=cast.owner, wanted=wish)
        excepted = FindingException.objects.create(
            type="DATE_OF_BIRTH",
            rules="birth.date",
            finding_id=finding.pk,
            made_by=cast.admin,
            made_at=timezone.now(),
            review_at=timezone.now(),
        )
        with suppress(Refused):
            send_text(conversation=message.conversation, body="20% off. Shop now!", author=cast.owner)
        held = HeldText.objects.get()
        planned = ScheduledText.objects.create(
            message_id=new_id(),
            conversation=message.conversation,
            contact=message.contact,
            line=line,
            author=cast.agent,
            body="See you on Tuesday",
            note="It did not leave",
            purpose="reply",
            send_at=timezone.now() + timedelta(days=1),
            look_at=timezone.now() + timedelta(days=1),
            zone="America/New_York",
            zone_from="number",
            made_at=timezone.now(),
        )
        series = TextSeries.objects.create(
            conversation=message.conversation,
            contact=message.contact,
            line=line,
            author=cast.agent,
            body="Time for your exercises",
            sealed_at=timezone.now(),
            purpose="reply",
            zone="America/New_York",
            zone_from="number",
            every="day",
            at=timezone.now().time(),
            starts=timezone.now().date(),
            made_at=timezone.now(),
        )
        to_tell = Written("Closed on Friday", line, Purpose.ALERT, Audience(), "We are closed on Friday.")
        announced = announcing.write(member=cast.owner, written=to_tell)
        many = replace(to_tell, name="Times", body="")
        polled = polling.write(member=cast.owner, written=many, asked=Question("When?", ("Early", "Late")))
        kept = keep_file(message, png_with_place())
        tag = tagging.add_tag(member=cast.admin, name="VIP")
        tagging.add_tag(member=cast.admin, name="Gold")
        field = defining.add_field(member=cast.admin, name="Policy number", kind=Kind.TEXT)
        tagged = Filter((Condition(TAG, Ask.HAS, str(tag.pk)),))
        everybodys = Sharing(SavedFilter.Shared.ALL)
        saved = saving.save(member=cast.admin, name="VIPs", wish=tagged, sharing=everybodys)
        template = published(cast.owner, "Hello")
        program = make_program(cast.admin)
        opted = asked(line, program, number="+12125550189")
        keyword = make_keyword(line, program, image=png_with_place())
        unsent = keep_file(message, png_with_place(), author=cast.owner)
        phone_id = bytes(message.contact.number_index).hex()
    address = f"/webhooks/simulator/{LineKey.objects.get(line_id=line.pk).key}/inbound"
    assert Client().post(address, {"Body": "unsigned"}).status_code == 403
    with activate(cast.organization):
        role = Role.objects.create(name="Night shift", permissions=["conversations:read"])
        refused = QuarantinedRequest.objects.get()
        url, kinds = "https://hooks.example.com/parley", [EventKind.MESSAGE_RECEIVED]
        endpoint = managing.add(member=cast.owner, url=url, description="", kinds=kinds)
        delivery = managing.send_test(member=cast.owner, endpoint=endpoint)
        alarms.stop(message.contact, alarms.Rule.HOURLY, {"texts": 100})
        stop = SendingStop.objects.get()
        settings = BrandSettings("Harbor Dental", "", "low", 2_000)
        brand = carriers.add_brand(member=cast.owner, settings=settings)
        rates = CampaignSettings("Reminders", "", "low_volume", 75, 50)
        campaign = carriers.add_campaign(member=cast.owner, brand_id=brand.pk, settings=rates, lines=[])
        started = importing.upload(member=cast.owner, name="list.csv", raw=b"Phone\n(212) 555-0181\n")
        for_what = make_program(cast.owner, "Sale for many")
        run = running.begin(member=cast.owner, audience="reply", program=for_what, line=line, an_hour=10)
        purge = Purge.objects.create(at=timezone.now(), trigger="hand", state="done")
        purge.certificate = json.dumps(
            facts_of(purge, dict.fromkeys(("waiting", "gone", "refused"), 0)) | {"public_key": "", "signature": ""}
        )
        purge.save()
        erased_for(cast.admin, asked_for)
        copy = copied_for(cast.admin, asked_for)
        pack = pack_for(cast.admin)
        merged = merged_objects(cast)
    device = RememberedDevice.objects.create(membership=cast.agent, token_hash=b"x", factor="totp", epoch="0.0")
    caller, company = make_caller(cast.owner), connect(cast.owner)
    with activate(cast.organization):
        review = access_reviewing.begin(actor=cast.owner)
        review_line_id = review.lines.get(subject=cast.second_agent.pk).pk
    person = company.add("nora@harbor.example")
    group = company.add_group("Care", person["id"])
    assert caller.key is not None
    office = open_office(cast.owner, domain=domain)
    with activate(cast.organization):
        tested = ask(trust_of(office.door, SamlProvider.objects.get()), kind=RequestKind.TEST, cookie="").request
        certificate_id = SamlCertificate.objects.get().pk
        provider = SamlProvider.objects.get()
        found = SamlFoundCertificate.objects.create(
            provider=provider, pem="", fingerprint="f", begins_at=timezone.now(), ends_at=timezone.now()
        )
        mapping = SamlMapping.objects.create(value="Reception", team=cast.front_desk)
    with activate(cast.organization):
        receipt = deactivation.suspend(actor=cast.owner, member=_temporary(cast))
        batch = plans.end_many(actor=cast.owner, members=[receipt.membership])
    with activate(cast.organization):
        signed = signed_measure(cast.owner)
        choice = RetentionPolicy.objects.create(kind="bodies", days=90, set_by=cast.owner, set_at=timezone.now())
        decision = ConflictDecision.objects.create(
            kind="bodies", shortest=2, longest=1, outcome="hide", decided_by=cast.owner, decided_at=timezone.now()
        )
    return {
        **form_objects(cast, line),
        **merged,
        "choice_id": choice.pk,
        "decision_id": decision.pk,
        "measure_key": signed.measure,
        "measure_review_id": signed.pk,
        **secure,
        **payment_objects(cast, line, message.conversation_id),
        "receipt_id": receipt.pk,
        "batch_id": batch,
        "door": office.door.slug,
        "owner_id": cast.owner.pk,
        "review_id": review.pk,
        "review_line_id": review_line_id,
        "certificate_id": certificate_id,
        "found_id": found.pk,
        "asked_id": tested.pk,
        "mapping_id": mapping.pk,
        "domain_id": SsoDomain.objects.get(domain=domain).pk,
        "integration_id": caller.key.integration_id,
        "key_id": caller.key.pk,
        "template_id": template.template_id,
        "version_id": template.pk,
        "member_id": cast.second_agent.pk,
        "person_id": person["id"],
        "group_id": group["id"],
        "token_id": company.directory.tokens.get().pk,
        "role_id": role.pk,
        "organization_id": cast.organization.pk,
        "factor_id": with_app(cast.agent.user).pk,
        "device_id": device.pk,
        "session_id": Session.objects.get(membership=cast.agent).pk,
        "token": new_link(cast.leaver),
        "team_id": cast.front_desk.pk,
        "line_id": line.pk,
        "key": LineKey.objects.get(line_id=line.pk).key,
        "contact_id": message.contact_id,
        "conversation_id": message.conversation_id,
        "import_id": started.pk,
        "run_id": run.pk,
        "message_id": message.pk,
        "question_id": question.pk,
        "tag_id": tag.pk,
        "field_id": field.pk,
        "filter_id": saved.pk,
        "purge_id": purge.pk,
        "held_id": held.pk,
        "notification_id": told.pk,
        "push_device_id": woken.pk,
        "scheduled_id": planned.pk,
        "series_id": series.pk,
        "announcement_id": announced.pk,
        "poll_id": polled.pk,
        "hold_id": legal_hold.pk,
        "subject_id": asked_for.pk,
        "action_id": action.pk,
        "export_id": copy.pk,
        "pack_id": pack.pk,
        "finding_id": finding.pk,
        "escalation_id": escalation.pk,
        "check_run_id": check_run.pk,
        **reviewed_objects(cast, message.conversation),
        "call_id": call.pk,
        "task_id": task.pk,
        "holiday_id": holiday.pk,
        "rule_id": rule.pk,
        "automation_id": automation.pk,
        "exception_id": excepted.pk,
        "program_id": program.pk,
        "keyword_id": keyword.pk,
        "opt_in_id": opted.pk,
        "phone_id": phone_id,
        "request_id": refused.pk,
        "endpoint_id": delivery.endpoint_id,
        "delivery_id": delivery.pk,
        "stop_id": stop.pk,
        "brand_id": brand.pk,
        "campaign_id": campaign.pk,
        "attachment_id": kept.pk,
        "unsent_id": unsent.pk,
        "file_id": _on_the_phone(line.number),
    }


def _temporary(cast: Cast) -> Membership:
    """Somebody who was here for a summer."""
    return add_member(organization=cast.organization, user=make_person("tess@harbor.example", "Tess Ito"), role="agent")


def _on_the_phone(line: str) -> str:
    """A picture on the customer's simulated phone."""
    customer, file = "+12125550181", HandsetFile("image/png", png_with_place())
    network.inbound_request(line_key="k", line=line, customer=customer, text="", secret="s", files=[file])
    return network.handset_messages(customer=customer, line=line)[-1].files[0].rpartition(":")[2]
