"""A certificate tells of all that was due and stayed, also of days and kinds of which nothing ended."""

import json

import pytest
from django.conf import settings as configured

from compliance.models import Finding
from retention import remains
from retention.certificate_paper import as_pdf
from retention.holds import releasing
from retention.kinds import Kind
from retention.models import Purge, PurgeStep
from retention.purging import running
from tenancy.encryption import keyring
from tenancy.isolation import activate
from tests.retention.placed import place_hold
from tests.texting.desk import FIRST, SECOND
from texting.models import Conversation, Message

from .conftest import LONG_AGO, set_days

HOLD = "retention.holds.freezing.keeper"


@pytest.fixture(autouse=True)
def real(settings, without_waiting):
    settings.AUDIT_SIGNING_KEY = b"k" * 32
    settings.RETENTION_KEEPERS = [HOLD]


@pytest.fixture
def held(desk, told):
    """A text and a finding of a day that is due, both on hold, and nothing else."""
    text = told("My card is 4111 1111 1111 1111", number=SECOND)
    with activate(desk.organization):
        Finding.objects.update(found_at=LONG_AGO)
        for kind in (Kind.BODIES, Kind.FINDINGS):
            set_days(kind, 30)
        place_hold(desk.cast.admin, about=SECOND)
    return text


def night(desk) -> Purge:
    with activate(desk.organization):
        Purge.objects.update(night=None)
    assert running.run_nights()["failed"] == 0
    keyring.forget_everything()
    with activate(desk.organization):
        return Purge.objects.select_related("organization").latest("at")


def test_a_night_in_which_everything_stayed_has_a_certificate_with_counts(desk, held):
    done = night(desk)
    said = json.loads(done.certificate)
    assert (done.state, said["ended"].keys()) == ("done", {"bodies", "findings"})
    assert (any(said["ended"].values()), said["remains"]) == (False, [])
    by_kind = {(day["kind"], day["state"]): day["kept"] for day in said["days"]}
    assert by_kind == {("bodies", "stayed"): {HOLD: 2}, ("findings", "stayed"): {HOLD: 1}}  # with the inbox's beginning
    assert said["kept"] == {HOLD: 3}
    with activate(desk.organization):
        assert as_pdf(done).startswith(b"%PDF")
        assert Message.objects.get(pk=held.pk).body
        assert "1111" in Finding.objects.get().masked
    page = desk.as_(desk.cast.admin).get(f"/settings/purges/{done.pk}/").text
    assert "What stayed of those days, and why" in page


def test_what_a_longer_period_keeps_is_not_due_and_does_not_count(desk, told):
    told("billing", line=desk.billing_line)
    with activate(desk.organization):
        set_days(Kind.BODIES, 30)
        set_days(Kind.BODIES, 700, desk.billing_line.team)
    done = night(desk)
    with activate(desk.organization):
        assert not PurgeStep.objects.filter(purge=done, kind=Kind.BODIES).exists()


def test_days_that_end_count_beside_those_that_stay_whole(desk, held, told):
    gone = told("end me", at=LONG_AGO.replace(day=20), number=FIRST)
    done = night(desk)
    said = json.loads(done.certificate)
    assert said["ended"]["bodies"] == {"texting.Message": 1, "texting.Conversation": 1}
    assert said["remains"] == remains.of_kinds([Kind.BODIES]), "of findings none ended"
    assert said["kept"] == {HOLD: 3}
    with activate(desk.organization):
        assert Message.objects.get(pk=gone.pk).body is None


def test_a_real_hold_keeps_a_text_through_a_purge_beside_one_that_ends_and_no_longer(desk, told, settings):
    """With every keeper there is; the held day is shared, so what stays is sealed anew."""
    settings.RETENTION_KEEPERS = list(configured.RETENTION_KEEPERS)
    kept, doomed = told("keep me", number=SECOND), told("end me", number=FIRST)
    with activate(desk.organization):
        Conversation.objects.update(status="resolved", resolved_at=LONG_AGO)
        set_days(Kind.BODIES, 30)
        hold = place_hold(desk.cast.admin, about=SECOND)
    said = json.loads(night(desk).certificate)
    assert said["kept"][HOLD] == 2
    with activate(desk.organization):
        assert (Message.objects.get(pk=kept.pk).body, Message.objects.get(pk=doomed.pk).body) == ("keep me", None)
        releasing.ask(member=desk.cast.admin, hold=hold, reason="Settled")
        releasing.confirm(member=desk.cast.owner, hold=hold, reason="Settled")
    night(desk)
    with activate(desk.organization):
        assert Message.objects.get(pk=kept.pk).body is None


def test_a_hold_that_comes_between_the_new_key_and_the_end_of_the_old_one_keeps_its_text(desk, told, monkeypatch):
    """Two of a day are kept by then, one by a hold that was placed when the day was being sealed anew."""
    from tenancy.encryption import day_shredding

    kept, late, doomed = (
        told("keep me", number=SECOND),
        told("me too", number=FIRST),
        told("end me", number="+12125550183"),
    )
    with activate(desk.organization):
        set_days(Kind.BODIES, 30)
        place_hold(desk.cast.admin, about=SECOND)
    places = []

    def place(point: str) -> None:
        if point == "after_resealed" and not places:
            with activate(desk.organization):
                places.append(place_hold(desk.cast.admin, about=FIRST))

    monkeypatch.setattr(day_shredding, "crash_here", place)
    night(desk)
    assert len(places) == 1
    with activate(desk.organization):
        bodies = [Message.objects.get(pk=one.pk).body for one in (kept, late, doomed)]
    assert bodies == ["keep me", "me too", None]
