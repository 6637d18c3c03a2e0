"""Each row is in one lane, and past its period exactly when its lane says so."""

from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from accounts.models import Team
from retention.due import lanes
from retention.keeping import doomed
from retention.kinds import BOUNDS, Kind
from retention.models import RetentionPolicy
from retention.subjects import SUBJECTS
from tenancy.isolation import activate
from tenancy.models import Organization
from texting.models import Contact, Message


@pytest.fixture
def told(scene, settings):
    settings.RETENTION_KEEPERS = []
    with activate(scene.organization):
        yield scene.hear("See you at ten")


def set_days(kind: Kind, days: int | None, team: Team | None = None) -> RetentionPolicy:
    return RetentionPolicy.objects.create(kind=kind, days=days, team=team, set_at=timezone.now())


def due(kind: Kind, at):
    return [row for lane in lanes(kind) for row in lane.due(at)]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_can_be_asked_and_each_row_is_in_one_lane(told, kind):
    set_days(kind, 40)
    if any(subject.team for subject in SUBJECTS[kind]):
        set_days(kind, 400, Team.objects.create(name="Billing"))
        set_days(kind, None, told.line.team)
    for subject in SUBJECTS[kind]:
        mine = [lane for lane in lanes(kind) if lane.subject == subject]
        found = [row.pk for lane in mine for row in subject.rows.filter(lane.of)]
        assert sorted(found) == sorted(subject.rows.values_list("pk", flat=True))


def test_a_contact_counts_from_the_last_time_anything_happened(scene):
    with activate(scene.organization):
        said = scene.hear("See you at ten")
        of = BOUNDS[Kind.CONTACTS].default
        Contact.objects.update(created_at=timezone.now() - timedelta(days=of + 9))
        assert due(Kind.CONTACTS, timezone.now()) == []
        assert due(Kind.CONTACTS, timezone.now() + timedelta(days=of)) == [said.contact]
        quiet = Contact.objects.create(number="+12125550777", number_index=b"7" * 16, number_masked="...")
        Contact.objects.filter(pk=quiet.pk).update(created_at=timezone.now() - timedelta(days=of + 9))
        assert due(Kind.CONTACTS, timezone.now()) == [quiet]


def test_the_default_holds_until_an_organization_has_chosen(told):
    over = told.created_at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    longest = timedelta(days=BOUNDS[Kind.BODIES].default)
    assert due(Kind.BODIES, over + longest - timedelta(microseconds=1)) == []
    assert due(Kind.BODIES, over + longest) == [told]


def test_a_team_may_keep_longer_or_shorter_and_never_means_never(told):
    later = timezone.now() + timedelta(days=60)
    set_days(Kind.BODIES, 90)
    set_days(Kind.BODIES, 50, told.line.team)
    assert due(Kind.BODIES, later) == [told]
    set_days(Kind.BODIES, None, told.line.team)
    assert due(Kind.BODIES, later + timedelta(days=5000)) == [told]  # with their conversation
    set_days(Kind.CONVERSATIONS, None, told.line.team)
    assert due(Kind.BODIES, later + timedelta(days=5000)) == []


def keep_inbound(subject):
    return Q(direction=Message.Direction.IN) if subject.model == "texting.Message" else None


def test_what_is_kept_is_not_doomed(told, settings):
    set_days(Kind.BODIES, 30)
    at = timezone.now() + timedelta(days=31)
    lane = next(lane for lane in lanes(Kind.BODIES) if lane.subject.model == "texting.Message")
    assert list(doomed(lane, at)) == [told]
    settings.RETENTION_KEEPERS = [f"{__name__}.keep_inbound"]
    assert list(doomed(lane, at)) == []


def test_another_organization_s_policy_is_not_seen(scene):
    with activate(scene.organization):
        set_days(Kind.BODIES, 30)
    with activate(Organization.objects.create(name="Other", slug="other")):
        assert [lane.days for lane in lanes(Kind.BODIES)] == [BOUNDS[Kind.BODIES].default] * 2
