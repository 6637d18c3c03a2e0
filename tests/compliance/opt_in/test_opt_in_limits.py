"""Flood protection of opt-ins: per number, block of numbers, source, organization, and only where we text at all."""

import pytest
from django.urls import reverse

from compliance.models import OptIn, OptInLimits
from compliance.opt_in import opt_in_limits, opting_in
from compliance.opt_in.opt_in_confirmations import Confirmation, confirmations
from compliance.opt_in.opt_in_limits import BOUNDS, CannotSet, Limited
from compliance.opt_in.opting_in import TooMany
from tenancy.isolation import activate
from tenancy.models import AuditEvent
from tests.compliance.opt_ins import by_form, make_keyword, make_program, stranger, texts_to
from tests.texting.desk import desk
from texting.models import Message, SendingStop

__all__ = ["desk"]


def set_limits(desk, **numbers):
    wanted = opt_in_limits.limits() | {Limited(name): number for name, number in numbers.items()}
    opt_in_limits.change(member=desk.cast.admin, wanted=wanted)


def ask(desk, program, number):
    return opting_in.opt_in(contact=stranger(number), line=desk.line, program=program, evidence=by_form(program))


def test_a_flood_of_form_opt_ins_from_one_block_stops_the_block_and_raises_one_alarm(desk):
    with activate(desk.organization):
        program = make_program(desk.cast.admin, double_opt_in=True)
        set_limits(desk, prefix_hour=5)
        numbers = [f"+1212555{at:04}" for at in range(1000, 1110, 10)]
        taken = 0
        for number in numbers:
            try:
                ask(desk, program, number)
                taken += 1
            except TooMany:
                pass
        assert taken == 5
        assert Message.objects.filter(direction="out").count() == OptIn.objects.count() == 5
        stop = SendingStop.objects.get()
        assert (stop.rule, stop.evidence) == ("prefix.opt_ins", {"allowed": 5})
        assert ask(desk, program, "+12125560101").opt_in.question_id, "another block goes on"
    with activate(desk.organization):
        assert AuditEvent.objects.filter(event="opt_in:flood").count() == 1, "the log is not flooded either"


def test_a_flood_of_keywords_counts_but_is_not_answered_and_shows_as_unconfirmed(desk):
    with activate(desk.organization):
        make_keyword(desk.line, make_program(desk.cast.admin))
        set_limits(desk, prefix_hour=5)
    for at in range(7):
        desk.hear("JOIN", number=f"+1212555{2000 + 10 * at:04}")
    with activate(desk.organization):
        opted = list(OptIn.objects.order_by("id"))
        how = confirmations(opted)
        assert [how[each.pk] for each in opted] == [Confirmation.WAITING] * 5 + [Confirmation.UNCONFIRMED] * 2
        assert SendingStop.objects.count() == 1


def test_one_number_gets_so_many_a_day(desk):
    with activate(desk.organization):
        set_limits(desk, number_day=2)
        for name in ("One", "Two"):
            ask(desk, make_program(desk.cast.admin, name, double_opt_in=True), "+12125550181")
        with pytest.raises(TooMany):
            ask(desk, make_program(desk.cast.admin, "Three", double_opt_in=True), "+12125550181")
        assert texts_to(stranger("+12125550181")) == ["opt_in_question"] * 2
        assert not SendingStop.objects.exists(), "one eager customer is no abuse of a block"


@pytest.mark.parametrize(("limit", "same"), [("source_hour", True), ("organization_hour", False)])
def test_one_source_and_the_organization_have_limits_of_an_hour(desk, limit, same):
    with activate(desk.organization):
        set_limits(desk, **{limit: 10})
        programs = [make_program(desk.cast.admin, f"P{at}", double_opt_in=True) for at in range(2)]
        for at in range(10):
            ask(desk, programs[0 if same else at % 2], f"+1212{200 + 7 * at}0101")
        with pytest.raises(TooMany):
            ask(desk, programs[0], "+12127990101")


def test_a_keyword_from_a_country_that_is_not_texted_gets_no_answer(desk):
    with activate(desk.organization):
        make_keyword(desk.line, make_program(desk.cast.admin))
    desk.hear("JOIN", number="+12423590101")  # the Bahamas share our calling code
    with activate(desk.organization):
        assert texts_to(stranger("+12423590101")) == []
        [opted] = OptIn.objects.all()
        assert confirmations([opted])[opted.pk] is Confirmation.UNCONFIRMED


def test_the_figures_are_set_on_a_page_within_their_bounds(desk):
    admin, address = desk.as_(desk.cast.admin), reverse("opt_in_limits")
    usual = {each.value: BOUNDS[each].usual for each in Limited}
    for wrong in ("0", "21", "", "²", "-1", "9" * 40, "1e3"):
        assert admin.post(address, usual | {"number_day": wrong}).status_code == 422
    with activate(desk.organization):
        assert not OptInLimits.objects.exists()
    assert admin.post(address, usual | {"number_day": "2"}).status_code == 302
    with activate(desk.organization):
        assert opt_in_limits.limits()[Limited.NUMBER] == 2
        assert AuditEvent.objects.filter(event="opt_in:limits_changed").count() == 1
        with pytest.raises(CannotSet):
            set_limits(desk, prefix_hour=1)
    with activate(desk.cast.other_organization):
        assert opt_in_limits.limits()[Limited.NUMBER] == BOUNDS[Limited.NUMBER].usual
    assert desk.as_(desk.cast.agent).post(address, usual).status_code in {403, 404}
