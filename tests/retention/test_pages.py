"""Settings > Retention: seeing what holds, choosing after a look at what ends, taking back, foreseeing."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.mail.writing import Written
from accounts.models import OutgoingMail, Team, User
from accounts.setting_floors import TooWeak
from accounts.setting_up import progress
from compliance.measures.profiles import taking
from compliance.measures.profiles.rules import PROFILES
from retention import changing
from retention.choices import Choices
from retention.conflicts.reading import undecided
from retention.due import lanes
from retention.foreseeing import foresee
from retention.keeping import doomed
from retention.kinds import BOUNDS, Kind
from retention.models import RetentionPolicy
from tenancy import audit
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from texting.models import Conversation, Message

PLACE = "/settings/retention/"
SHORT = {"keep": "for", "number": "90", "unit": "days"}
YEAR = timedelta(days=365)


@pytest.fixture
def said(desk):
    """A text of a year ago in a conversation that is resolved, and one of today."""
    conversation = desk.hear("See you at ten")
    with activate(desk.organization):
        message = Message.objects.get()
        Message.objects.update(created_at=timezone.now() - YEAR)
        Conversation.objects.update(status="resolved", resolved_at=timezone.now() - YEAR)
        message.refresh_from_db()
        yield message
    assert conversation


def days(kind: Kind, after: timedelta = timedelta(0), team=None):
    return Choices.load().periods(timezone.now() + after, team)[kind].days


def test_shortening_is_shown_confirmed_and_taken_back(desk, said):
    admin = desk.as_(desk.cast.admin)
    shown = admin.get(PLACE).content.decode()
    assert "2 years" in shown
    assert "The default" in shown
    address = f"{PLACE}of/bodies/"
    shown = admin.get(address, SHORT).content.decode()
    assert "This would end 1 entry" in shown
    day = timezone.localtime(said.created_at, ZoneInfo(desk.organization.time_zone))
    assert f"The oldest is from {day:%-d %B %Y}" in shown
    assert "Never longer than “Words of texts" in shown, "files go with their words"
    for wrong in ("", "30 days", "90"):
        answer = admin.post(address, SHORT | {"confirm": wrong})
        assert answer.status_code == 422
        assert "Type “90 days”" in answer.content.decode()
    assert not RetentionPolicy.objects.exists()
    User.objects.filter(pk=desk.cast.owner.user_id).update(language="es")
    assert admin.post(address, SHORT | {"confirm": " 90 Days "}).status_code == 302
    row = RetentionPolicy.objects.get()
    assert (row.days, row.set_by, row.starts_at - row.set_at) == (90, desk.cast.admin, timedelta(days=7))
    assert (days(Kind.BODIES), days(Kind.BODIES, timedelta(days=8))) == (BOUNDS[Kind.BODIES].default, 90)
    mails = OutgoingMail.objects.filter(kind="retention_shortened")
    mail = Written.from_json(mails.get().content)  # to the owner; whoever did it knows
    assert "Palabras" in mail.text
    assert "90 días" in mail.text, "in the owner's language"
    assert "90 days waits" in admin.get(PLACE).content.decode()
    back = reverse("take_back_period", args=[row.pk])
    assert admin.post(back).status_code == 302
    assert days(Kind.BODIES, timedelta(days=8)) == BOUNDS[Kind.BODIES].default
    assert "taken it back already" in admin.post(back, follow=True).content.decode()
    audit.flush()
    assert {"retention:changed", "retention:taken_back"} <= set(AuditEvent.objects.values_list("event", flat=True))


def test_what_is_chosen_is_what_the_purge_ends_from_the_night_on_that_was_shown(desk, said):
    effect = changing.effect(desk.cast.admin, kind=Kind.BODIES, team=None, days=90)
    changing.change(actor=desk.cast.admin, kind=Kind.BODIES, team=None, days=90, confirmed=True)
    before, first = effect.until - timedelta(days=1), effect.until

    def ended(night):
        return [row for lane in lanes(Kind.BODIES, night) for row in doomed(lane, night)]

    assert (ended(before), ended(first)) == ([], [said])
    assert effect.more == (("texts", 1),)


def test_what_counts_already_is_not_taken_back_and_longer_counts_at_once(desk, said):
    admin = desk.cast.admin
    done = changing.change(actor=admin, kind=Kind.BODIES, team=None, days=4 * 365)
    assert not done.shortens
    assert days(Kind.BODIES) == 4 * 365
    with pytest.raises(changing.NotPossible, match="counts already"):
        changing.take_back(actor=admin, policy_id=RetentionPolicy.objects.get().pk)
    with pytest.raises(changing.NotPossible, match="so already"):
        changing.change(actor=admin, kind=Kind.BODIES, team=None, days=4 * 365)


def test_a_new_choice_takes_the_place_of_one_that_waits(desk, said):
    admin = desk.cast.admin
    for chosen in (90, 120):
        changing.change(actor=admin, kind=Kind.BODIES, team=None, days=chosen, confirmed=True)
    assert days(Kind.BODIES, timedelta(days=8)) == 120
    changing.change(actor=admin, kind=Kind.BODIES, team=None, days=None)
    assert RetentionPolicy.objects.filter(taken_back_at=None).count() == 1
    assert days(Kind.BODIES, timedelta(days=8)) == days(Kind.CONVERSATIONS), "never longer than the conversation"


def test_a_team_has_its_own_period_and_gives_it_up_again(desk, said):
    admin, team = desk.as_(desk.cast.admin), said.line.team
    other = Team.objects.create(name="Night desk")
    address = f"{PLACE}of/bodies/"
    typed = {"team": str(team.pk), "keep": "for", "number": "4", "unit": "years"}
    assert admin.post(address, typed).status_code == 302
    assert (days(Kind.BODIES, team=team.pk), days(Kind.BODIES, team=other.pk)) == (1461, BOUNDS[Kind.BODIES].default)
    assert f"Team {team.name}" in admin.get(PLACE).content.decode()
    assert admin.post(address, {"team": str(team.pk), "keep": "follows"}).status_code == 302
    assert days(Kind.BODIES, timedelta(days=8), team.pk) == BOUNDS[Kind.BODIES].default
    contacts = admin.post(f"{PLACE}of/contacts/", typed)
    assert contacts.status_code == 422, "customers belong to no team"


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        ("bodies", {"keep": "for", "number": "29", "unit": "days"}, "At least 30 days"),
        ("webhooks", {"keep": "never"}, "At most 90 days"),
        ("bodies", {"keep": "for", "number": "", "unit": "days"}, "Say how many"),
        ("bodies", {"keep": "for", "number": "101", "unit": "years"}, "At most 100 years"),
        ("bodies", {"keep": "for", "number": "9" * 40, "unit": "days"}, "less than or equal"),
        ("bodies", {"keep": "for", "number": "9", "unit": "weeks"}, "Select a valid choice"),
        ("bodies", {"keep": "never", "team": "00000000-0000-7000-8000-000000000001"}, "Select a valid choice"),
        ("bodies", {"keep": "\x00"}, "Select a valid choice"),
    ],
)
def test_what_is_not_possible_is_refused_with_what_is(desk, kind, typed, words):
    admin = desk.as_(desk.cast.admin)
    for answer in (admin.get(f"{PLACE}of/{kind}/", typed), admin.post(f"{PLACE}of/{kind}/", typed)):
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert admin.get(f"{PLACE}of/consent/").status_code == 404
    with activate(desk.organization):
        assert not RetentionPolicy.objects.exists()


def test_a_profile_lengthens_at_once_refuses_what_is_weaker_and_leaves_periods_when_left(desk, said):
    changing.change(actor=desk.cast.owner, kind=Kind.BODIES, team=said.line.team, days=90, confirmed=True)
    RetentionPolicy.objects.update(starts_at=timezone.now() - timedelta(days=1))
    taking.take(actor=desk.cast.owner, profile=PROFILES["broker_dealer"])
    assert {days(Kind.BODIES), days(Kind.BODIES, team=said.line.team.pk), days(Kind.CONVERSATIONS)} == {2192}
    with pytest.raises(TooWeak, match="Broker-dealer profile does not allow this"):
        changing.change(actor=desk.cast.owner, kind=Kind.BODIES, team=None, days=1096)
    refused = desk.as_(desk.cast.admin).post(f"{PLACE}of/bodies/", SHORT | {"confirm": "90 days"})
    assert (refused.status_code, "FINRA 4511" in refused.content.decode()) == (422, True)
    taking.leave(actor=desk.cast.owner, profile=PROFILES["broker_dealer"], reason="No broker any more")
    assert {days(Kind.BODIES), days(Kind.BODIES, team=said.line.team.pk)} == {2192}, "leaving ends nothing"


def test_leaving_a_profile_ends_nothing_for_a_week_whatever_was_chosen_meanwhile(desk, said):
    """Periods that were shorter than it asked for, and that it had kept from counting."""
    owner, profile = desk.cast.owner, PROFILES["broker_dealer"]
    changing.change(actor=owner, kind=Kind.BODIES, team=None, days=4000)
    taking.take(actor=owner, profile=profile)
    changing.change(actor=owner, kind=Kind.BODIES, team=None, days=None, follows=True, confirmed=True)
    RetentionPolicy.objects.filter(follows=True).update(starts_at=timezone.now() - timedelta(days=1))
    assert days(Kind.BODIES) == 2192
    taking.leave(actor=owner, profile=profile, reason="No broker any more")
    assert (days(Kind.BODIES), days(Kind.BODIES, timedelta(days=8))) == (2192, BOUNDS[Kind.BODIES].default)
    assert "It was left: what it kept is kept until" in desk.as_(owner).get(PLACE).text
    chosen = changing.change(actor=owner, kind=Kind.BODIES, team=None, days=365, confirmed=True)
    assert (chosen.shortens, days(Kind.BODIES), days(Kind.BODIES, timedelta(days=8))) == (True, 2192, 365)


def test_leaving_one_of_two_that_disagree_ends_nothing_that_it_had_kept_for_a_week(desk, said):
    with time_machine.travel(timezone.now() - timedelta(days=30)):
        for key in ("financial", "broker_dealer"):
            taking.take(actor=desk.cast.owner, profile=PROFILES[key])
    assert undecided(desk.cast.owner) == 2
    taking.leave(actor=desk.cast.owner, profile=PROFILES["broker_dealer"], reason="No broker any more")
    assert (days(Kind.BODIES), days(Kind.BODIES, timedelta(days=8))) == (2192, 730)
    assert undecided(desk.cast.owner) == 0, "no rules disagree any more"


def test_profiles_that_disagree_are_told_and_what_one_shortens_has_its_days_of_grace(desk, said):
    taking.take(actor=desk.cast.owner, profile=PROFILES["financial"])
    assert (days(Kind.CONTACTS), days(Kind.CONTACTS, timedelta(days=8))) == (BOUNDS[Kind.CONTACTS].default, 730)
    assert undecided(desk.cast.owner) == 0
    taking.take(actor=desk.cast.owner, profile=PROFILES["broker_dealer"])
    Choices.load()
    later = Choices.load().periods(timezone.now() + timedelta(days=8))
    assert {kind for kind, period in later.items() if period.is_conflict} == {Kind.BODIES, Kind.ATTACHMENTS}
    assert later[Kind.BODIES].days == 2192


def test_the_nights_ahead_are_shown_with_what_if_and_go_into_a_file_and_the_log(desk, said):
    admin = desk.as_(desk.cast.admin)
    assert "Nothing is old enough" in admin.get(f"{PLACE}nights/").content.decode()
    asked = SHORT | {"kind": "bodies"}
    shown = admin.get(f"{PLACE}nights/", asked).content.decode()
    assert "With this period 1 entry ends" in shown
    rows = admin.get(f"{PLACE}nights/csv/", asked).content.decode().splitlines()
    night = (timezone.localtime() + timedelta(days=7)).date()
    assert next(row for row in rows if "texts" in row).split(",")[1:5] == ["bodies", "", "texts", "1"]
    assert rows[1][:10] in {str(night), str(night + timedelta(days=1))}
    assert not RetentionPolicy.objects.exists()
    audit.flush()
    assert AuditEvent.objects.filter(event="retention:exported").count() == 1


def test_a_thread_says_when_its_words_end_and_by_which_rule(desk, said):
    page = desk.as_(desk.cast.agent).get(reverse("conversation_ends", args=[said.conversation_id]))
    shown = " ".join(page.content.decode().split())
    ends = timezone.localtime(said.created_at + timedelta(days=BOUNDS[Kind.BODIES].default))
    assert f"{ends:%-d %b %Y}" in shown or f"{ends + timedelta(days=1):%-d %b %Y}" in shown
    assert "2 years: The default" in shown


def test_the_set_up_asks_once(desk):
    with activate(desk.organization):
        steps = {str(step.title): step.done for step in progress(desk.cast.owner).steps}
        assert steps["Decide how long you keep texts"] is False
        changing.change(actor=desk.cast.owner, kind=Kind.BODIES, team=None, days=BOUNDS[Kind.BODIES].default)
        steps = {str(step.title): step.done for step in progress(desk.cast.owner).steps}
        assert steps["Decide how long you keep texts"] is True


def test_conversations_are_in_the_nights_and_beside_the_thread_it_says_that_they_ended(desk, said):
    def ending() -> int:
        return sum(foresee(Choices.load(), zone="UTC", at=timezone.now(), kinds=[Kind.CONVERSATIONS]).by_night())

    Conversation.objects.update(resolved_at=timezone.now() - 6 * YEAR)
    browser = desk.as_(desk.cast.admin)
    nights_page = browser.get(f"{PLACE}nights/").content.decode()
    assert "have ended by their own periods" in nights_page, "its words are kept"
    assert f'<a href="{PLACE}">Words or files of theirs are kept longer</a>' in nights_page, "and where that is decided"
    assert ending() == 0
    Message.objects.update(body=None, ended_at=timezone.now(), ended_as="retention")
    assert ending() == 1
    Conversation.objects.update(texts_gone_at=timezone.now())
    place = reverse("conversation_ends", args=[said.conversation_id])
    assert "is still counted" in browser.get(place).content.decode()
    assert browser.get(reverse("conversation", args=[said.conversation_id])).status_code == 200
    assert ending() == 0
