"""The operator's word about an organization's ceiling."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tenancy.isolation import activate
from tests.texting.conftest import make_scene
from texting.models import LimitChange, SendingLimits


def test_the_operator_sets_a_ceiling_and_it_stands_in_the_history(scene):
    out = StringIO()
    call_command("set_sending_ceiling", "harbor", "--segments", "20000", "--money", "300", stdout=out)
    with activate(scene.organization):
        row = SendingLimits.objects.get()
        assert (row.daily_segments, row.daily_micros, row.most_segments) == (20_000, 300_000_000, 20_000)
        assert LimitChange.objects.get().before == 50
    assert "20,000 segments and 300.00" in out.getvalue()
    other = make_scene("Northside Plumbing", "northside")
    with activate(other.organization):
        assert not SendingLimits.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [["harbor"], ["nobody", "--segments", "1"], ["harbor", "--segments", "-1"], ["harbor", "--most", str(10**8)]],
)
def test_nonsense_is_refused(scene, arguments):
    with pytest.raises(CommandError):
        call_command("set_sending_ceiling", *arguments)
    with activate(scene.organization):
        assert not SendingLimits.objects.exists()
