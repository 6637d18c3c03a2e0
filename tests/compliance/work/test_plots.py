"""Plots of delivery, cost and opt-outs say what their tables say, beside the days that they are compared with."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.models import Membership
from compliance.models import ConsentEvent
from tests.compliance.measures.evidence_rows import Side, contact, entry, text
from tests.compliance.work.test_figures import NOW, PAGE, at_work, by_chance
from tests.texting.desk import desk
from texting.models import Line

__all__ = ["at_work", "desk"]

DAYS = "since=2026-10-28&until=2026-11-20"


def sheet_of(desk, name, query=DAYS, member: Membership | None = None):
    return desk.as_(member or desk.cast.owner).get(f"{PAGE}{name}/?{query}").context["sheet"]


def table_of(sheet, key):
    [found] = [one for one in sheet.tables if one.key == key]
    return {row.name: dict(zip(found.head[1:], row.values, strict=True)) for row in found.rows}


def file_of(desk, name, query=DAYS):
    content = desk.as_(desk.cast.owner).get(f"{PAGE}{name}/csv/?{query}").content.decode("utf-8-sig")
    return [tuple(row.values()) for row in csv.DictReader(io.StringIO(content))]


@pytest.mark.parametrize("by", ["line", "team", "member"])
@time_machine.travel(NOW, tick=False)
def test_of_one_day_the_error_rates_are_those_of_the_tables(at_work, by):
    Line.objects.filter(pk=at_work.billing_line.pk).update(provider="twilio")
    main, billing = Side(at_work.cast.owner, at_work.line), Side(at_work.cast.owner, at_work.billing_line)
    today, before = NOW - timedelta(hours=1), NOW - timedelta(hours=25)
    for side, author, number, failed in (
        (main, at_work.cast.agent, 4, 1),
        (billing, at_work.cast.second_agent, 2, 1),
    ):
        for at in range(number):
            text(side, today, author=author, status="failed" if at < failed else "delivered")
    text(main, before, author=at_work.cast.agent, status="undelivered")
    found = sheet_of(at_work, "delivery", f"by={by}&since=2026-11-20&until=2026-11-20")
    of_providers, of_parts = found.smalls
    for small, key in ((of_providers, "by provider"), (of_parts, f"by {by}")):
        rows = {name: row["Error rate"] for name, row in table_of(found, key).items()}
        assert {name: values for name, [(_label, values)] in small.parts} == {
            name: [rate] for name, rate in rows.items()
        }
        assert sorted(rows.values()) == [25.0, 50.0]
    assert "Twilio" in dict(of_providers.parts)
    [plot] = found.plots
    (_now, rates), (then, rates_then) = plot.series
    assert (rates, rates_then, then) == ([33.3], [100.0], "19 Nov 2026 – 19 Nov 2026")
    assert (plot.labels, plot.then) == (["20 Nov"], ["19 Nov"])
    lines = file_of(at_work, "delivery", f"by={by}&since=2026-11-20&until=2026-11-20")
    assert (plot.title, "19 Nov", then, "100.0") in lines
    assert (f"{of_providers.title}: Twilio", "20 Nov", "Per cent", "50.0") in lines


@pytest.mark.parametrize("by", ["line", "team", "member"])
@time_machine.travel(NOW, tick=False)
def test_what_is_drawn_of_cost_adds_up_to_its_rows(at_work, by):
    by_chance(at_work, 11, 20)
    text(Side(at_work.cast.owner, at_work.line), NOW - timedelta(days=2), purpose="alert", price_micros=700_000)
    found = sheet_of(at_work, "cost", f"by={by}&{DAYS}")
    assert len(found.smalls) == 2
    for small, key in zip(found.smalls, (f"by {by}", "by purpose"), strict=True):
        rows = table_of(found, key)
        for name, [(_label, values)] in small.parts:
            assert sum(values) == pytest.approx(rows[name]["Cost"], abs=0.0001)
    _segments, cost = found.plots
    whole = sum(row["Cost"] for row in table_of(found, "by line").values())
    assert sum(cost.series[0][1]) == pytest.approx(whole, abs=0.001)
    if by == "member":
        assert "Nobody (automatic, or the customer)" in table_of(found, "by member")
    own = at_work.as_(at_work.cast.agent).get(f"{PAGE}cost/?by=member&{DAYS}").content.decode()
    assert at_work.cast.second_agent.user.name not in own


@time_machine.travel(NOW, tick=False)
def test_opt_outs_are_drawn_by_cause_and_beside_the_days_before(at_work):
    keyword = {"source": ConsentEvent.Source.KEYWORD, "matched": "stop"}
    for at, more in (
        (NOW - timedelta(days=3), keyword),
        (NOW - timedelta(days=3), keyword),
        (NOW - timedelta(days=9), {"source": ConsentEvent.Source.IMPORT}),
        (datetime(2026, 10, 5, 12, tzinfo=UTC), keyword),
    ):
        entry(contact(), "withdrawn", at, **more)
    found = sheet_of(at_work, "opt-outs")
    [small] = found.smalls
    rows = table_of(found, "by cause")
    assert {name: sum(values) for name, [(_label, values)] in small.parts} == {
        name: row["Opt-outs"] for name, row in rows.items()
    }
    [plot] = found.plots
    (_now, days), (then, days_then) = plot.series
    assert (sum(days), sum(days_then), then) == (3, 1, "4 Oct 2026 – 27 Oct 2026")
    assert [label for label, value in zip(plot.then, days_then, strict=True) if value] == ["5 Oct"]


@time_machine.travel(datetime(2028, 3, 10, 12, tzinfo=UTC), tick=False)
def test_days_of_another_length_and_days_without_anything_are_drawn(at_work):
    entry(contact(), "withdrawn", datetime(2027, 2, 28, 12, tzinfo=UTC), source=ConsentEvent.Source.IMPORT)
    entry(contact(), "withdrawn", datetime(2028, 2, 29, 12, tzinfo=UTC), source=ConsentEvent.Source.IMPORT)
    found = sheet_of(at_work, "opt-outs", "since=2028-02-20&until=2028-03-05&against=year")
    [plot] = found.plots
    assert [sum(value or 0 for value in values) for _name, values in plot.series] == [1, 1]
    assert found.smalls == [], "one cause is what the plot of all shows"
    text(Side(at_work.cast.owner, at_work.line), datetime(2028, 3, 1, 12, tzinfo=UTC))
    [alone] = sheet_of(at_work, "delivery", "since=2028-02-20&until=2028-03-05").plots
    assert [name for name, _values in alone.series] == ["20 Feb 2028 – 5 Mar 2028"], "no rates before: no line"
    empty = at_work.as_(at_work.cast.owner).get(f"{PAGE}delivery/?since=2028-01-20&until=2028-01-25")
    assert empty.status_code == 200


@time_machine.travel(NOW, tick=False)
def test_whoever_does_not_see_a_plot_is_told_what_it_shows(at_work):
    keyword = {"source": ConsentEvent.Source.KEYWORD, "matched": "stop"}
    for days in (3, 3, 4, 30):
        entry(contact(), "withdrawn", NOW - timedelta(days=days), **keyword)
    page = at_work.as_(at_work.cast.owner).get(f"{PAGE}opt-outs/?{DAYS}").content.decode()
    [words] = re.findall(r'class="plot-drawing"[^>]+ aria-label="([^"]+)"', page)
    assert words == (
        "Opt-outs over time. 28 Oct 2026 – 20 Nov 2026: at most 2 (17 Nov), at last 0."
        " 4 Oct 2026 – 27 Oct 2026: at most 1 (21 Oct), at last 0."
    )
    assert '<th scope="row">17 Nov (24 Oct)</th>' in page
    assert "<title>4 Oct 2026 – 27 Oct 2026, 21 Oct: 1</title>" in page
