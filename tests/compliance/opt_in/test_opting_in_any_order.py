"""Whatever a customer, a form and the clock do in whatever order: what holds of every opt-in holds after each step."""

import random
from contextlib import suppress

import pytest

from compliance.ledger import consent
from compliance.models import OptIn
from compliance.opt_in import opt_in_limits, opting_in
from compliance.opt_in.opt_in_limits import Limited
from compliance.opt_in.opting_in import CannotOptIn
from tenancy.isolation import activate
from tests.compliance.opt_ins import by_form, leave, make_keyword, make_program, stranger
from tests.texting.desk import FIRST, desk
from texting.models import Message

__all__ = ["desk"]

STEPS = ("form", "JOIN", "YES", "YES", "NO", "STOP", "START", "Hello", "question leaves", "lapse")


@pytest.mark.parametrize("double", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_holds_of_opt_ins_holds_in_any_order(desk, seed, double):
    chance = random.Random(f"{seed}{double}")  # noqa: S311 - to be the same each time
    with activate(desk.organization):
        program = make_program(desk.cast.admin, double_opt_in=double)
        make_keyword(desk.line, program)
        opt_in_limits.change(member=desk.cast.admin, wanted={Limited.NUMBER: 20})
    agreed = asked = False  # what the customer did since their last STOP, as a reader of the rules would say
    for _ in range(14):
        step = chance.choice(STEPS)
        with activate(desk.organization):
            waiting = OptIn.objects.filter(state="asked").first()
            left = waiting is not None and Message.objects.filter(pk=waiting.question_id, status="sent").exists()
            stopped = consent.state_of(stranger(FIRST)).suppressed_since is not None
            if step == "form":
                with suppress(CannotOptIn):
                    opting_in.opt_in(
                        contact=stranger(FIRST), line=desk.line, program=program, evidence=by_form(program)
                    )
                    agreed = agreed or not double
            elif step == "question leaves" and waiting is not None:
                leave(waiting.question_id)
            elif step == "lapse":
                opting_in.lapse()
        if step.isupper() or step == "Hello":
            desk.hear(step)
        asked = left and not stopped
        agreed = {
            "STOP": False,
            "JOIN": agreed or not double,
            "YES": agreed or asked,
        }.get(step, agreed)
        with activate(desk.organization):
            state = consent.state_of(stranger(FIRST))
            assert bool(state.permits("marketing")) == agreed, step
            assert not (state.suppressed_since and agreed), step
            assert OptIn.objects.filter(state="asked").count() <= 1
            assert not OptIn.objects.filter(state="given", given=None).exists()
            assert not (state.suppressed_since and OptIn.objects.filter(state="asked").exists()), step
