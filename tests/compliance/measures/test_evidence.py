"""Every kind of evidence counts real rows of the period and of one's own organization, and shows the same rows."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from compliance.measures.evidence import figures
from compliance.measures.evidence.figures import Figure
from compliance.measures.evidence.kinds import kinds
from compliance.reports.periods import Period
from tenancy import audit
from tenancy.isolation import activate
from tests.compliance.measures.evidence_rows import BUILDERS, Side, contact, entry, text
from tests.texting.desk import Desk, desk

__all__ = ["desk"]

EARLIER = timedelta(days=40)


def sides(desk: Desk) -> tuple[Side, Side]:
    return Side(desk.cast.owner, desk.line), Side(desk.cast.outsider, desk.other_line)


def days() -> tuple[Period, datetime]:
    """Twenty days that ended a week ago, and a moment in the midst of them."""
    now = timezone.now()
    first = (now - timedelta(days=27)).date()
    return Period(first, first + timedelta(days=20), "UTC"), now - timedelta(days=15)


def test_every_kind_has_rows_to_be_tried_with_and_a_page_to_go_to():
    assert set(kinds()) == set(BUILDERS)
    for kind in kinds().values():
        assert str(kind.title), kind.key
        assert str(kind.counted), kind.key
        assert kind.columns, kind.key
    assert len(kinds()) >= 15


def test_a_figure_counts_what_is_as_wanted_of_all_of_the_period_and_of_nobody_else(desk):
    """Each kind on its own: what it was tried with is undone before the next."""
    for side in sides(desk):
        with activate(side.member.organization):
            for _ in range(4):
                audit.record(event=audit.AuditKind.AUDIT_READ, actor=side.member)
    for key in BUILDERS:
        with transaction.atomic():
            count_and_compare(desk, key)
            transaction.set_rollback(True)


def count_and_compare(desk: Desk, key: str) -> None:
    ours, theirs = sides(desk)
    kind, (period, inside) = kinds()[key], days()
    with activate(theirs.member.organization):
        BUILDERS[key](theirs, inside, False)
    with activate(desk.organization):
        before = kind.figure(period)
        BUILDERS[key](ours, inside, True)
        BUILDERS[key](ours, inside, False)
        after = kind.figure(period)
        assert (after.part - before.part, after.whole - before.whole) == (1, 2), key
        if kind.over_period:
            BUILDERS[key](ours, inside - EARLIER, False)
            assert kind.figure(period) == after, f"{key}: outside of the days"
            assert (before.whole, before.share, before.is_met) == (0, None, None), key
            assert after.is_met is (after.share >= kind.target), key
        rows = list(kind.rows(period, ours.member, missed=False))
        missed = list(kind.rows(period, ours.member, missed=True))
        assert (len(rows), sum(row.is_good for row in rows)) == (after.whole, after.part), key
        assert len(missed) == after.missed, key
        assert {len(row.cells) for row in rows} == {len(kind.columns)}, key


def test_at_most_so_many_rows_are_looked_at_and_it_is_said(desk, monkeypatch):
    monkeypatch.setattr(figures, "MOST", 2)
    ours, _theirs = sides(desk)
    period, inside = days()
    with activate(desk.organization):
        for number in range(3):
            text(ours, inside + timedelta(hours=number), attempt=number > 0)
        figure = kinds()["texts_judged"].figure(period)
        assert (figure.part, figure.whole, figure.is_capped) == (2, 2, True), "the newest two"
        first = kinds()["first_texts"].figure(period)
        assert (first.whole, first.is_capped) == (2, True), "looked for among the newest two"


def test_what_was_opted_out_of_by_mistake_and_taken_back_is_no_opt_out(desk):
    period, inside = days()
    with activate(desk.organization):
        wrong = entry(contact(), "withdrawn", inside)
        assert kinds()["opt_outs_honoured"].figure(period).whole == 1
        entry(contact(), "retracted", inside, retracts=wrong)
        assert kinds()["opt_outs_honoured"].figure(period).whole == 0


def test_a_share_is_rounded_down_and_a_target_is_held_against_the_counts():
    nearly = Figure(1999, 2000, 100)
    assert (nearly.share, nearly.is_met, nearly.missed) == (99.9, False, 1)
    assert Figure(95, 100, 95).is_met
    assert Figure(1, 2, None).is_met is None
