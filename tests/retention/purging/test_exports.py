"""Files that somebody asked for have a period: the door closes with it, and the next night's purge destroys them."""

import json
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.utils import timezone

from retention import certificates, changing
from retention.changing import NotPossible
from retention.choices import GRACE, Choices
from retention.exporting.ends import over_at
from retention.foreseeing import foresee
from retention.holds import releasing
from retention.holds.wanted import WantedScope
from retention.kinds import Kind
from retention.models import DataExport, DataExportPart, Purge, PurgeStep, RetentionPolicy
from retention.purging import exports, running
from retention.requests import clock
from tenancy.audit_checkpoints import trusted_keys
from tenancy.encryption import keyring
from tenancy.encryption.shredding import destroy_keys
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.retention.asked import ask_request, copied_for, pack_for
from tests.retention.placed import place_hold
from tests.texting.desk import FIRST, SECOND

from .conftest import set_days

DAY = timedelta(days=1)
KEEPERS = list(configured.RETENTION_KEEPERS)


@pytest.fixture(autouse=True)
def real(settings):
    settings.RETENTION_KEEPERS = KEEPERS
    settings.AUDIT_SIGNING_KEY = b"k" * 32


def aged(export, days):
    """As if it had been ready for so many days."""
    DataExport.objects.filter(pk=export.pk).update(ready_at=timezone.now() - timedelta(days=days))
    return export


def copy_of(desk, number, days):
    return aged(copied_for(desk.cast.admin, ask_request(desk.cast.admin, number)), days)


def states(*files):
    return [DataExport.objects.get(pk=one.pk).state for one in files]


def purge(desk):
    with activate(desk.organization):
        Purge.objects.update(night=None)
    assert running.run_nights()["failed"] == 0


def keys(desk, export):
    return keyring.stored_ids(desk.organization.pk, "export", str(export.pk))


def test_a_night_s_purge_destroys_what_is_past_its_period_and_certifies_it(desk):
    with activate(desk.organization):
        old, pack, young = copy_of(desk, FIRST, 8), aged(pack_for(desk.cast.admin), 9), copy_of(desk, SECOND, 6)
        set_days(Kind.AUDIT, None)
    gone = [*keys(desk, old), *keys(desk, pack)]
    assert len(gone) == 2
    purge(desk)
    with activate(desk.organization):
        assert states(old, pack, young) == ["ended", "ended", "ready"]
        assert set(DataExportPart.objects.values_list("export_id", flat=True)) == {young.pk}
        [step] = PurgeStep.objects.all()
        assert (step.kind, step.state, step.ended) == ("exports", "verified", {"retention.DataExport": 2})
        assert sorted(step.key_ids) == sorted(bytes(one).hex() for one in gone)
        assert AuditEvent.objects.filter(event="key:destroyed", object_id__in=step.key_ids).count() == 2
        said = certificates.verify(Purge.objects.get(steps=step).certificate, trusted_keys())
        assert said["ended"] == {"exports": {"retention.DataExport": 2}}
        assert [one["days"] for one in said["rules"] if one["kind"] == "exports"] == [7]
    assert keys(desk, old) == keys(desk, pack) == []
    assert keys(desk, young)
    purge(desk)
    with activate(desk.organization):
        assert PurgeStep.objects.count() == 1, "what has ended is not due again"


def test_a_period_that_is_chosen_later_holds_for_files_that_are_there(desk):
    with activate(desk.organization):
        export = aged(pack_for(desk.cast.admin), 6)
    admin, address = desk.as_(desk.cast.admin), f"/settings/evidence/{export.pk}/"
    assert admin.get(address).status_code == 200
    with activate(desk.organization):
        set_days(Kind.EXPORTS, 5)
    assert admin.get(address).status_code == 404
    page = admin.get("/settings/evidence/").content.decode()
    assert "Its days are over" in page
    assert address not in page
    with activate(desk.organization):
        set_days(Kind.EXPORTS, 30)
        aged(export, 29)
    assert admin.get(address).status_code == 200
    purge(desk)
    with activate(desk.organization):
        assert states(export) == ["ready"]
        aged(export, 31)
    purge(desk)
    with activate(desk.organization):
        assert states(export) == ["ended"]


def test_it_is_told_when_a_file_goes_also_when_a_shorter_period_waits(desk):
    with activate(desk.organization):
        now = timezone.now()
        assert over_at(now, now, Choices.load()) == now + 7 * DAY
        RetentionPolicy.objects.create(kind="exports", days=30, set_at=now - DAY)
        RetentionPolicy.objects.create(kind="exports", days=1, set_at=now, starts_at=now + GRACE)
        choices, later = Choices.load(), timezone.now()
        assert over_at(now, later, choices) == now + GRACE, "made before it counts"
        assert over_at(now - 25 * DAY, later, choices) == now + 5 * DAY, "gone before it counts"
        assert over_at(now + 10 * DAY, later, choices) == now + 11 * DAY
        assert over_at(now - 40 * DAY, later, choices) == now - 10 * DAY


@pytest.mark.parametrize(("days", "said"), [(0, "At least 1 day"), (31, "At most 30 days"), (None, "At most 30 days")])
def test_bounds_are_refused_with_the_reason(desk, days, said):
    with activate(desk.organization), pytest.raises(NotPossible, match=said) as refused:
        changing.effect(desk.cast.admin, kind=Kind.EXPORTS, team=None, days=days)
    assert "a file that was fetched" in str(refused.value)


def test_the_preview_and_what_if_count_files_by_night(desk):
    with activate(desk.organization):
        copy_of(desk, FIRST, 5)
        pack_for(desk.cast.admin)
        now = timezone.now()
        seen = foresee(Choices.load(), zone="UTC", at=now, kinds=[Kind.EXPORTS])
        shown = dict(zip(seen.nights, seen.by_night(), strict=True))
        assert {night: number for night, number in shown.items() if number} == {
            next(night for night in seen.nights if night > now + 2 * DAY): 1,
            next(night for night in seen.nights if night > now + 7 * DAY): 1,
        }
    admin, wanted = desk.as_(desk.cast.admin), {"keep": "for", "number": 1, "unit": "days"}
    answer = admin.get("/settings/retention/of/exports/", wanted).content.decode()
    assert "Nothing that is here is old enough" in answer, "by the time it counts, both are gone anyway"
    with activate(desk.organization):
        set_days(Kind.EXPORTS, 30)
    answer = admin.get("/settings/retention/of/exports/", wanted).content.decode()
    assert "This would end 2 entries" in answer
    assert "2 files that were asked for" in answer
    nights = admin.get("/settings/retention/nights/", {"kind": "exports", **wanted}).content.decode()
    assert "files that were asked for" in nights


@pytest.mark.parametrize("scope", ["number", "conversation", "days"])
def test_a_hold_keeps_what_belongs_to_its_people_until_it_is_released(desk, scope):
    talk = desk.resolve(desk.hear("About my crown", number=FIRST))
    with activate(desk.organization):
        held, other, pack = copy_of(desk, FIRST, 8), copy_of(desk, SECOND, 8), aged(pack_for(desk.cast.admin), 8)
        day = (timezone.now() - 8 * DAY).date()
        wanted = {
            "number": WantedScope(about=FIRST),
            "conversation": WantedScope(about=f"https://parley.example/inbox/c/{talk.pk}/"),
            "days": WantedScope(since=day - 2 * DAY, until=day + 2 * DAY),
        }
        hold = place_hold(desk.cast.admin, wanted[scope])
        stays = [held, other, pack] if scope == "days" else [held]
        seen = foresee(Choices.load(), zone="UTC", at=timezone.now(), kinds=[Kind.EXPORTS])
        [lane] = seen.forecasts
        assert (lane.total, [(one.keeper, one.count) for one in lane.stays]) == (
            3 - len(stays),
            [("retention.holds.freezing.keeper", len(stays))],
        )
    purge(desk)
    with activate(desk.organization):
        assert states(held, other, pack) == ["ready" if one in stays else "ended" for one in (held, other, pack)]
        assert set(DataExportPart.objects.values_list("export_id", flat=True)) == {one.pk for one in stays}
        if scope != "days":
            [step] = PurgeStep.objects.all()
            assert step.kept == {"retention.holds.freezing.keeper": 1}
    assert desk.as_(desk.cast.admin).get(f"/settings/exports/{held.pk}/").status_code == 404, "its days are over"
    with activate(desk.organization):
        releasing.ask(member=desk.cast.admin, hold=hold, reason="The matter is settled")
        releasing.confirm(member=desk.cast.owner, hold=hold, reason="Agreed with counsel")
    purge(desk)
    with activate(desk.organization):
        assert states(held, other, pack) == ["ended"] * 3


def test_the_log_of_requests_keeps_one_whose_copy_is_held(desk):
    with activate(desk.organization):
        held, free = copy_of(desk, FIRST, 900), copy_of(desk, SECOND, 900)
        place_hold(desk.cast.admin, about=FIRST)
        long_ago = timezone.now() - 800 * DAY
        type(held.request).objects.update(state="done", closed_by=desk.cast.admin, closed_at=long_ago)
        assert clock.forget_old() == 1
        assert list(DataExport.objects.all()) == [held]
        assert DataExportPart.objects.get().export_id == held.pk
        assert free


class Killed(BaseException):
    """As if the process were gone: nothing catches it."""


@pytest.mark.parametrize("point", ["before_files_ended", "after_purge_step"])
def test_killed_it_resumes_and_counts_each_file_once_whatever_keeps_it_by_then(desk, monkeypatch, point):
    with activate(desk.organization):
        files = [copy_of(desk, FIRST, 8), copy_of(desk, SECOND, 8), aged(pack_for(desk.cast.admin), 8)]
    monkeypatch.setattr(exports, "BATCH", 2)
    places = []

    def die(name):
        places.append(name)
        if name == point and places.count(name) == 2:
            raise Killed

    with monkeypatch.context() as patched:
        for module in (exports, running.contacts):
            patched.setattr(module, "crash_here", die, raising=False)
        patched.setattr("retention.purging.stepping.crash_here", die)
        with pytest.raises(Killed):
            purge(desk)
    with activate(desk.organization):
        Purge.objects.update(busy_until=None)
        place_hold(desk.cast.admin, about=SECOND)
    purge(desk)
    with activate(desk.organization):
        assert states(*files) == ["ended"] * 3, "their keys were gone"
        [step] = PurgeStep.objects.all()
        assert (step.state, step.ended) == ("verified", {"retention.DataExport": 3})
        assert len(set(step.key_ids)) == len(step.key_ids) == 3
        assert AuditEvent.objects.filter(event="key:destroyed", object_id__in=step.key_ids).count() == 3
        assert Purge.objects.get().state == "done"


def test_one_whose_key_went_and_whose_row_does_not_say_so_is_finished(desk):
    with activate(desk.organization):
        files = [copy_of(desk, FIRST, 8), copy_of(desk, SECOND, 8)]
        place_hold(desk.cast.admin, about=FIRST)
    with pytest.raises(Killed), activate(desk.organization):
        destroy_keys("export", str(files[0].pk), reason="purge")
        raise Killed
    purge(desk)
    with activate(desk.organization):
        assert states(*files) == ["ended", "ended"]
        assert json.loads(Purge.objects.exclude(certificate="").get().certificate)["kept"] == {}
