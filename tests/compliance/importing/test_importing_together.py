"""Two workers at the same list: the clock and a bell often start two at once."""

import pytest

from compliance.importing import starting, working
from compliance.models import ConsentEvent, ConsentImportRow
from tenancy.isolation import activate
from tests.compliance.importing_lists import ANSWERS, fresh, look, make_program, outcomes, rows
from tests.compliance.opt_in.test_opting_in_together import together
from tests.texting.desk import busy_desk

__all__ = ["busy_desk"]

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 40


def test_two_workers_at_one_list_write_each_row_once(busy_desk):
    desk = busy_desk
    with activate(desk.organization):
        program = make_program(desk.cast.owner)
    made = look(desk.cast.owner, rows(ROWS), program)
    with activate(desk.organization):
        starting.attest(member=desk.cast.owner, started=made, answers=ANSWERS)

    def work():
        while fresh(made).state == "running":
            working.work(desk.organization.pk, made.pk, seconds=0, batch=4)

    assert together(work, work, work) == []
    assert outcomes(made) == {"imported": ROWS}
    with activate(desk.organization):
        given = ConsentEvent.objects.filter(action="given", source="import")
        assert given.count() == given.values("number_index").distinct().count() == ROWS
        assert set(ConsentImportRow.objects.values_list("event", flat=True)) == set(given.values_list("pk", flat=True))
