"""Profiles: one step makes settings strong, nothing weaker is saved anywhere, leaving takes a reason."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts import access_rules
from accounts.factors import changing_policy
from accounts.factors.policy import policy_of
from accounts.models import AccessRules, MembershipRole, Role, SessionProfile, SignInPolicy
from accounts.permissions import MissingPermission
from accounts.setting_floors import TooWeak
from compliance.findings import deciding, excepting
from compliance.findings.excepting import CannotExcept
from compliance.hours import changing_hours
from compliance.hours.changing_hours import Wanted
from compliance.measures.profiles import taking
from compliance.measures.profiles.holding import held, refusals
from compliance.measures.profiles.rules import PROFILES, Rule
from compliance.measures.profiles.switches import switches
from compliance.measures.profiles.taking import NotPossible
from compliance.models import Finding, FindingException, HoursChange, HoursRules, ProfileChange
from portal.models import PortalSettings
from portal.secure import settings as portal_settings
from portal.secure.settings import Decided
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.compliance.measures.evidence_rows import finding
from tests.texting.desk import Desk, desk
from texting import revealing
from texting.models import Message, RevealSettings

__all__ = ["desk"]

PAGE = "/settings/measures/profiles/"
HEALTH = "Your diabetes visit is at 5"
MONEY = "your account number is 0012345678"
LIMITS = "/settings/session-limits/"


def take(desk: Desk, key: str = "hipaa") -> list[taking.Change]:
    with activate(desk.organization):
        return taking.take(actor=desk.cast.owner, profile=PROFILES[key])


def rules(desk: Desk) -> AccessRules:
    return AccessRules.objects.get(organization=desk.organization)


def test_taking_it_on_makes_every_setting_strong_at_once(desk):
    browser = desk.as_(desk.cast.admin)
    shown = browser.get(f"{PAGE}hipaa/").content.decode()
    assert "12 hours" in shown
    assert "people must set up a second factor at their next click." in shown
    assert browser.post(f"{PAGE}hipaa/").status_code == 302
    with activate(desk.organization):
        assert [one.key for one in held()] == ["hipaa"]
        found = rules(desk)
        assert (found.profile, found.idle, found.longest) == ("hipaa", timedelta(minutes=15), timedelta(hours=12))
        policy = SignInPolicy.objects.get(organization=desk.organization)
        assert (policy.required, policy.weak_alone) == ("everybody", False)
        assert all(one.is_met for one in taking.preview(desk.cast.owner, PROFILES["hipaa"]))
        assert AuditEvent.objects.filter(event="profile:taken").count() == 1
        said = ProfileChange.objects.get().changes
    assert {"before": "12 hours", "after": "15 minutes"}.items() <= next(
        one for one in said if "15 minutes" in one["setting"]
    ).items()
    with activate(desk.cast.other_organization):
        assert held() == []
    assert browser.post(f"{PAGE}hipaa/").status_code == 422, "it holds already"


def test_private_pages_become_shorter_and_a_longer_one_is_refused_with_the_law(desk):
    with activate(desk.organization):
        portal_settings.change(actor=desk.cast.admin, decided=Decided(30, 4, False))
    take(desk, "financial")
    with activate(desk.organization):
        row = PortalSettings.objects.get()
        assert (row.days, row.most_views, row.works_without_script) == (14, 4, False), "what is strong enough stays"
    typed = {"days": 20, "most_views": 4, "own_address": ""}
    answer = desk.as_(desk.cast.admin).post(reverse("portal_settings"), typed)
    assert answer.status_code == 422
    assert "16 CFR 314.4(c)(1)" in answer.content.decode()
    assert 'value="20"' in answer.content.decode(), "what was typed stays"
    with activate(desk.organization):
        assert PortalSettings.objects.get().days == 14


def test_what_is_stronger_already_stays(desk):
    with activate(desk.organization):
        five = timedelta(minutes=5)
        own = {"profile": SessionProfile.OWN, "idle": five, "longest": timedelta(hours=2)}
        access_rules.set_limits(actor=desk.cast.owner, **own)
    take(desk)
    assert (rules(desk).idle, rules(desk).longest) == (five, timedelta(hours=2))


def test_weaker_limits_are_refused_on_their_page_with_the_reason(desk):
    take(desk)
    browser = desk.as_(desk.cast.admin)
    refused = browser.post(LIMITS, {"profile": "standard"})
    assert refused.status_code == 422
    assert "The HIPAA profile does not allow this." in refused.content.decode()
    assert "45 CFR 164.312(a)(2)(iii)" in refused.content.decode()
    assert rules(desk).idle == timedelta(minutes=15)
    assert browser.post(LIMITS, {"profile": "own", "idle_minutes": 10, "longest_hours": 8}).status_code == 302
    with activate(desk.organization):
        assert AuditEvent.objects.filter(event="setting:refused").count() == 1


def test_every_door_to_a_weaker_setting_is_shut(desk):
    take(desk)
    take(desk, "financial")
    admin = desk.cast.admin
    with activate(desk.organization):
        with pytest.raises(TooWeak):
            access_rules.set_limits(actor=admin, profile=SessionProfile.STANDARD)
        for wanted in ({"required": "administrators"}, {"weak_alone": True}, {"grace_days": 30}):
            with pytest.raises(TooWeak):
                changing_policy.change(actor=admin, policy=changing_policy.considered(admin, **wanted))
        with pytest.raises(TooWeak):
            revealing.change_rules(member=admin, minutes=30, contacts_an_hour=10)
        for hours in (Wanted(time(7), time(20)), Wanted(time(9), time(22)), Wanted(time(9), time(20), only_warns=True)):
            with pytest.raises(changing_hours.NotPossible, match="profile does not allow"):
                changing_hours.change(member=admin, wanted=hours)
        for portal in (Decided(15, 5, True), Decided(7, 11, True)):
            with pytest.raises(TooWeak, match="private message"):
                portal_settings.change(actor=admin, decided=portal)
        assert policy_of(desk.cast.organization).required == "everybody"
        assert not RevealSettings.objects.filter(minutes=30).exists()
        assert not HoursRules.objects.filter(soft_opens=time(7)).exists()
    typed = {"required": "administrators", "methods": ["totp"], "remember_days": 0, "grace_days": 0}
    page = desk.as_(admin).post("/settings/security/second-factors/", typed)
    assert page.status_code == 422
    assert "The HIPAA profile does not allow this. Everybody needs a second factor." in page.content.decode()


@pytest.mark.parametrize("key", PROFILES)
def test_each_rule_of_a_profile_is_asked_where_its_setting_is_saved(desk, key):
    take(desk, key)
    with activate(desk.organization):
        for rule in PROFILES[key].rules:
            assert rule.setting in switches()
            assert refusals(rule.setting, {rule.field: weaker(rule)}), rule
            assert not refusals(rule.setting, {rule.field: rule.value if rule.test != "none_of" else "CREDENTIAL"})


def weaker(rule: Rule) -> object:
    """A value that the rule does not allow."""
    if rule.test == "none_of":
        return rule.value[0]
    if isinstance(rule.value, bool):
        return not rule.value
    if isinstance(rule.value, time):
        return time(5) if rule.test == "least" else time(23)
    if isinstance(rule.value, str):
        return "administrators"
    return rule.value // 2 if rule.test == "least" else rule.value * 2


def test_what_a_profile_keeps_from_texts_leaves_no_more_whatever_reason_there_is(desk):
    conversation = desk.hear("Hello")
    address = reverse("conversation_send", args=[conversation.pk])

    def send(body: str) -> int:
        typed = {"body": body, "because": "She asked me to"}
        answer = desk.as_(desk.cast.supervisor).post(address, typed, headers={"HX-Request": "true"})
        return int(answer.status_code)

    assert send(HEALTH) == 200
    take(desk)
    assert send(HEALTH) == 422
    assert send(MONEY) == 200, "another profile's"
    take(desk, "financial")
    assert send(MONEY) == 422
    with activate(desk.organization):
        assert Message.objects.filter(direction="out").count() == 2


def test_exceptions_from_what_a_profile_keeps_from_texts_end_and_come_no_more(desk):
    with activate(desk.organization):
        rule = [["health.word/diabetes", 3.0]]
        finding(timezone.now(), "HEALTH_INFO", "out", confidence="medium", reasons=rule)
        found = Finding.objects.get()
        found = deciding.decide(member=desk.cast.supervisor, finding=found, verdict=Finding.Verdict.WRONG)
        excepting.make(member=desk.cast.admin, finding=found, phrase="")
    take(desk)
    with activate(desk.organization):
        assert not FindingException.objects.filter(ended_at=None).exists()
        with pytest.raises(CannotExcept, match="HIPAA profile"):
            excepting.make(member=desk.cast.admin, finding=found, phrase="")


def test_leaving_takes_a_reason_and_opens_the_settings_again(desk):
    take(desk)
    browser = desk.as_(desk.cast.admin)
    for reason in ("", " x ", "\x00" * 9, "x" * 501):
        assert browser.post(f"{PAGE}hipaa/leave/", {"reason": reason}).status_code == 422
    with activate(desk.organization):
        assert held()
    assert browser.post(f"{PAGE}hipaa/leave/", {"reason": "We sold the clinic"}).status_code == 302
    with activate(desk.organization):
        assert not held()
        assert rules(desk).idle == timedelta(minutes=15), "settings stay"
        assert AuditEvent.objects.filter(event="profile:left").count() == 1
        with pytest.raises(NotPossible):
            taking.leave(actor=desk.cast.admin, profile=PROFILES["hipaa"], reason="Once more")
    assert "We sold the clinic" in browser.get(PAGE).content.decode()
    assert browser.post(LIMITS, {"profile": "standard"}).status_code == 302
    take(desk)
    with activate(desk.organization):
        assert held(), "and it may be taken on again"


def test_nobody_changes_a_setting_by_a_profile_that_they_may_not_change_themselves(desk):
    with activate(desk.organization):
        role = Role.objects.create(name="Compliance", permissions=["measures:read", "measures:manage"])
        MembershipRole.objects.create(membership=desk.cast.agent, role=role)
    with activate(desk.organization):
        for act in (
            lambda: taking.take(actor=desk.cast.agent, profile=PROFILES["hipaa"]),
            lambda: taking.leave(actor=desk.cast.agent, profile=PROFILES["hipaa"], reason="No need"),
            lambda: taking.take(actor=desk.cast.auditor, profile=PROFILES["hipaa"]),
        ):
            with pytest.raises(MissingPermission):
                act()
        assert not held()
        assert not AccessRules.objects.filter(organization=desk.organization, idle=timedelta(minutes=15)).exists()


def test_why_the_hours_changed_is_kept_in_one_language_whoever_reads_which(desk):
    with activate(desk.organization):
        HoursRules.objects.create(soft_opens=time(7))
    with translation.override("es"):
        take(desk, "financial")
    with activate(desk.organization):
        assert HoursChange.objects.get().reason == "The Financial profile"
