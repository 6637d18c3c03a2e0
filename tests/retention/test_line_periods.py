"""A line goes to no team in which its texts would end sooner: nobody has seen, said or waited for that."""

import pytest
from django.utils import timezone

from retention.choices import GRACE
from retention.kinds import Kind
from retention.models import RetentionPolicy
from tenancy.isolation import activate
from texting import lines
from texting.lines import Settings, StaysInTeam
from texting.models import Line


def choose(days: int | None, team, kind: Kind = Kind.BODIES, starts_at=None) -> None:
    now = timezone.now()
    RetentionPolicy.objects.create(kind=kind, days=days, team=team, set_at=now, starts_at=starts_at or now)


def give(desk, line: Line) -> None:
    """To the team of the billing line."""
    wanted = Settings("Main line", desk.billing_line.team, 1, True)
    lines.change(actor=desk.cast.owner, line_id=line.pk, settings=wanted)


@pytest.mark.parametrize("waits", [False, True])
def test_where_its_texts_would_end_sooner_it_stays_until_that_team_keeps_as_long(desk, waits):
    desk.hear("About my crown")
    team = desk.billing_line.team
    with activate(desk.organization):
        choose(40, team, starts_at=timezone.now() + GRACE / 2 if waits else None)
        with pytest.raises(StaysInTeam, match=r"Words of texts and notes: after 40 days, here after 2 years"):
            give(desk, desk.line)
    form = {"name": "Main line", "team": str(team.pk), "sender": "long_code", "texts_per_second": "1"}
    page = desk.as_(desk.cast.owner).post(f"/settings/lines/{desk.line.pk}/", form)
    assert (page.status_code, "would end sooner" in page.text) == (422, True)
    with activate(desk.organization):
        assert Line.objects.get(pk=desk.line.pk).team_id == desk.line.team_id
        RetentionPolicy.objects.all().delete()
        choose(4000, team)
        give(desk, desk.line)
        assert Line.objects.get(pk=desk.line.pk).team_id == team.pk


def test_one_without_texts_goes_wherever_it_is_wanted(desk):
    with activate(desk.organization):
        choose(40, desk.billing_line.team)
        give(desk, desk.line)
        assert Line.objects.get(pk=desk.line.pk).team_id == desk.billing_line.team_id
