"""Small plots of teams, lines and members say what the table says, and no more than six are drawn."""

from datetime import date

import pytest
import time_machine

from accounts.models import Membership, User
from compliance.reports.periods import Period
from compliance.work.reading import Texts
from compliance.work.sheets.parts import smalls
from compliance.work.sheets.sheet import Asked
from compliance.work.whose import offered
from tests.compliance.work.test_figures import NOW, PAGE, WHOLE, ZONE, at_work, by_chance
from tests.texting.desk import desk

__all__ = ["at_work", "desk"]


def asked(desk, by, period=WHOLE):
    return Asked(member=desk.cast.owner, period=period, before=period, offered=offered(desk.cast.owner), by=by)


@pytest.mark.parametrize("by", ["line", "team", "member"])
@time_machine.travel(NOW, tick=False)
def test_the_lines_of_a_plot_add_up_to_its_row_of_the_table(at_work, by):
    by_chance(at_work, 11, 20)
    page = at_work.as_(at_work.cast.owner).get(f"{PAGE}volumes/?by={by}&since=2026-10-28&until=2026-11-20")
    sheet = page.context["sheet"]
    rows = {row.name: dict(zip(sheet.tables[0].head[1:], row.values, strict=True)) for row in sheet.tables[0].rows}
    assert sheet.smalls
    for small in sheet.smalls:
        assert len(small.parts) > 1
        for name, series in small.parts:
            assert {label: sum(values) for label, values in series} == {
                label: rows[name][label] for label, _values in series
            }
            assert f">{name}<" in page.content.decode()
    if by == "member":
        assert "Nobody (automatic, or the customer)" in rows, "it stands in the table"
        assert all(not name.startswith("Nobody") for small in sheet.smalls for name, _series in small.parts)


@time_machine.travel(NOW, tick=False)
def test_medians_are_drawn_of_each_on_one_scale_and_stand_in_the_file(at_work):
    by_chance(at_work, 11, 30)
    browser, days = at_work.as_(at_work.cast.owner), "by=line&since=2026-10-28&until=2026-11-20"
    [small] = browser.get(f"{PAGE}answers/?{days}").context["sheet"].smalls
    values = [value for _name, [(_label, line)] in small.parts for value in line if value is not None]
    assert small.most == max(values)
    file = browser.get(f"{PAGE}answers/csv/?{days}").content.decode()
    for name, _series in small.parts:
        assert file.count(f"{small.title}: {name}") == len(small.labels)


@time_machine.travel(NOW, tick=False)
def test_whoever_sees_one_line_only_gets_no_small_plots(at_work):
    by_chance(at_work, 11, 20)
    for address in ("volumes/?by=line&line=", "answers/?by=line&line="):
        page = at_work.as_(at_work.cast.owner).get(f"{PAGE}{address}{at_work.line.pk}")
        assert page.context["sheet"].smalls == []
    own = at_work.as_(at_work.cast.agent).get(f"{PAGE}volumes/?by=member").content.decode()
    assert at_work.cast.second_agent.user.name not in own


def test_the_six_with_the_most_are_drawn_and_the_others_counted(at_work):
    people = [
        Membership.objects.create(
            organization=at_work.organization, user=User.objects.create(email=f"p{at}@x.example", name=f"P{at}")
        )
        for at in range(8)
    ]
    day = date(2026, 11, 2)
    found = {(day, one.pk): Texts(delivered=at) for at, one in enumerate(people)}
    found[day, None] = Texts(delivered=99)
    period = Period(day, day, ZONE)

    def drawn(days):
        return [("Texts", [sum(one.delivered for some in days.values() for one in some)])]

    [small] = smalls(asked(at_work, "member", period), found, "Texts", drawn, weight=lambda one: one.delivered)
    assert [name for name, _series in small.parts] == ["P7", "P6", "P5", "P4", "P3", "P2"]
    assert (small.left_out, small.most) == (1, 7), "who has nothing and what nobody wrote are not counted"
    assert smalls(asked(at_work, "member", period), {}, "Texts", drawn, weight=lambda one: 1) == []
