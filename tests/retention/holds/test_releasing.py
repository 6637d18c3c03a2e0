"""A hold ends when two people want it to, and not before."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import OutgoingMail
from accounts.permissions import MissingPermission
from retention.holds import clock, placing, releasing
from retention.holds.cannot_hold import CannotHold
from retention.holds.freezing import is_held
from retention.holds.placing import WantedHold
from retention.holds.wanted import WantedScope
from retention.models import Hold, HoldEvent
from tenancy import audit
from tenancy.ids import new_id
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.texting.desk import FIRST

Kind = HoldEvent.Kind


def kinds():
    return list(HoldEvent.objects.order_by("pk").values_list("kind", flat=True))


def test_one_asks_another_confirms_and_only_then_it_ends(two, hold, desk):
    one, _billing, _other = two
    placed = hold(about=FIRST)
    releasing.ask(member=desk.cast.admin, hold=placed, reason="The case is settled")
    assert is_held(one)
    with pytest.raises(CannotHold, match="somebody else"):
        releasing.confirm(member=desk.cast.admin, hold=placed, reason="Settled")
    with pytest.raises(MissingPermission):
        releasing.confirm(member=desk.cast.auditor, hold=placed, reason="Settled")
    assert is_held(one)
    releasing.confirm(member=desk.cast.owner, hold=placed, reason="Read the settlement")
    assert not is_held(one)
    assert kinds() == [Kind.PLACED, Kind.ASKED, Kind.RELEASED]
    for again in (releasing.confirm, releasing.ask):
        with pytest.raises(CannotHold, match="released"):
            again(member=desk.cast.owner, hold=placed, reason="Once more")


def test_the_database_itself_wants_two_people(two, hold, desk):
    placed = hold(about=FIRST)
    releasing.ask(member=desk.cast.admin, hold=placed, reason="The case is settled")
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.filter(pk=placed.pk).update(
            state=Hold.State.RELEASED, released_by=desk.cast.admin, released_at=timezone.now()
        )


def test_refused_taken_back_or_too_late_it_stays(two, hold, desk):
    one, _billing, _other = two
    placed, admin, owner = hold(about=FIRST), desk.cast.admin, desk.cast.owner
    releasing.ask(member=admin, hold=placed, reason="The case is settled")
    with pytest.raises(CannotHold, match="already"):
        releasing.ask(member=owner, hold=placed, reason="The case is settled")
    releasing.refuse(member=owner, hold=placed, reason="There is an appeal")
    with pytest.raises(CannotHold, match="Nobody asks"):
        releasing.confirm(member=owner, hold=placed, reason="Settled")
    releasing.ask(member=admin, hold=placed, reason="The appeal is over")
    with pytest.raises(CannotHold, match="Only who asked"):
        releasing.withdraw(member=owner, hold=placed)
    releasing.withdraw(member=admin, hold=placed)
    releasing.ask(member=admin, hold=placed, reason="Now it is over")
    Hold.objects.update(release_asked_at=timezone.now() - releasing.TO_CONFIRM)
    with pytest.raises(CannotHold, match="14 days"):
        releasing.confirm(member=owner, hold=placed, reason="Settled")
    assert (clock.round_of_holds(), clock.round_of_holds()) == (1, 0)
    assert is_held(one)
    assert kinds() == [Kind.PLACED, Kind.ASKED, Kind.REFUSED, Kind.ASKED, Kind.WITHDRAWN, Kind.ASKED, Kind.LAPSED]


def test_placing_twice_with_one_form_is_one_hold_and_every_step_is_in_the_log(two, hold, desk):
    key = new_id()
    assert hold(about=FIRST, hold_id=key) == hold(about=FIRST, hold_id=key)
    assert Hold.objects.count() == 1
    placed = Hold.objects.get()
    wanted = WantedHold(
        "Doe v. Harbor", "Letter of their lawyer", desk.cast.admin.pk, timezone.localdate() + timedelta(30)
    )
    placing.change(member=desk.cast.admin, hold=placed, wanted=wanted)
    placing.change(member=desk.cast.admin, hold=placed, wanted=wanted)
    placing.widen(member=desk.cast.admin, hold=placed, about=[WantedScope(team_id=desk.line.team_id)])
    audit.flush()
    told = AuditEvent.objects.filter(object_id=str(placed.pk)).order_by("sequence")
    assert [row.event for row in told] == ["hold:placed", "hold:changed", "hold:widened"]
    assert "0181" not in "".join(row.details or "" for row in told)
    assert "Doe" not in "".join(row.details or "" for row in told)


@pytest.mark.parametrize(
    ("scope", "says"),
    [
        (WantedScope(), "Say what"),
        (WantedScope(about="pizza"), "neither a number"),
        (WantedScope(about="/contacts/01980000-0000-7000-8000-000000000000/"), "nothing at that address"),
        (WantedScope(team_id=new_id()), "no such team"),
        (WantedScope(since=timezone.localdate(), until=timezone.localdate() - timedelta(1)), "before the first"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(two, hold, scope, says):
    with pytest.raises(CannotHold, match=says):
        hold(scope)
    assert not Hold.objects.exists()


def test_a_hold_of_somebody_else_s_customer_cannot_be_placed(hold, desk):
    theirs = desk.hear("Pipe is leaking", number="+12125550199", line=desk.other_line)
    with activate(desk.organization):
        for about in (f"/inbox/c/{theirs.pk}/", f"/contacts/{theirs.contact_id}/"):
            with pytest.raises(CannotHold, match="nothing at that address"):
                hold(about=about)


def test_who_may_not_place_holds_or_see_numbers_cannot(two, hold, desk):
    with pytest.raises(MissingPermission):
        hold(about=FIRST, member=desk.cast.supervisor)


def test_the_owner_and_admins_are_mailed_once_before_and_once_when_it_is_over(two, hold, desk):
    placed = hold(about=FIRST, expires_on=timezone.localdate() + timedelta(days=20))
    assert clock.remind() == 0
    Hold.objects.update(expires_on=timezone.localdate() + timedelta(days=3))
    assert (clock.remind(), clock.remind()) == (1, 0)
    Hold.objects.update(expires_on=timezone.localdate())
    assert (clock.remind(), clock.remind()) == (1, 0)
    mails = OutgoingMail.objects.filter(kind="hold_expires")
    assert mails.count() == 4
    assert not any("Doe" in mail.content for mail in mails)
    assert placed.pk in set(Hold.objects.exclude(state=Hold.State.RELEASED).values_list("pk", flat=True))
