"""Two things about one number in the same instant, on two connections."""

from collections.abc import Callable

import pytest

from compliance.ledger import consent
from compliance.models import ConsentEvent, OptIn
from compliance.opt_in import opting_in
from compliance.opt_in.opting_in import OptedOut
from tenancy.isolation import activate
from tests.at_once import at_once, errors_of
from tests.compliance.opt_ins import by_form, make_program, stranger, texts_to
from tests.texting.conftest import far_end, scene

__all__ = ["far_end", "scene"]

pytestmark = pytest.mark.django_db(transaction=True)


def together(*works: Callable[[], object]) -> list[BaseException]:
    """Each in a thread and transaction of its own, begun at once. Returns what they raised."""
    return errors_of(at_once(*works))


def prepared(scene, **fields):
    with activate(scene.organization):
        program = make_program(scene, **fields)
        scene.hear("Hello")
        return program, by_form(program)


def opts_in(scene, program, evidence):
    def work():
        with activate(scene.organization):
            opting_in.opt_in(contact=stranger(), line=scene.line, program=program, evidence=evidence)

    return work


@pytest.mark.parametrize("double", [True, False])
def test_two_opt_ins_of_one_number_make_one_question_or_one_confirmation(scene, double):
    program, evidence = prepared(scene, double_opt_in=double)
    assert together(*[opts_in(scene, program, evidence)] * 3) == []
    with activate(scene.organization):
        assert texts_to(stranger()) == ["opt_in_question" if double else "opt_in_answer"]
        assert OptIn.objects.filter(state="asked").count() == int(double)


def test_a_stop_in_the_same_instant_as_a_form_holds(scene):
    program, evidence = prepared(scene)

    def stops():
        with activate(scene.organization):
            scene.hear("STOP")

    errors = together(opts_in(scene, program, evidence), stops)
    assert all(isinstance(error, OptedOut) for error in errors)
    with activate(scene.organization):
        state = consent.state_of(stranger())
        assert state.suppressed_since is not None
        assert state.permits("marketing") is None
        assert ConsentEvent.objects.filter(action="withdrawn").count() == 1


def test_two_yes_at_once_are_one_permission(scene):
    program, evidence = prepared(scene, double_opt_in=True)
    opts_in(scene, program, evidence)()
    with activate(scene.organization):
        waiting = OptIn.objects.select_related("program", "contact").get()

    def says_yes():
        with activate(scene.organization):
            opting_in.say_yes(waiting, evidence=evidence, say=lambda *words: None)

    assert together(says_yes, says_yes) == []
    with activate(scene.organization):
        assert ConsentEvent.objects.filter(act="yes").count() == 1
