"""How fast history is computed anew: slower the more others want the machine, and it always ends."""

from hypothesis import given
from hypothesis import strategies as st

from compliance.review_checks import pacing
from compliance.review_checks.pacing import Pace, next_size, rest_after

SECONDS = st.floats(min_value=0, max_value=60)


@given(took=SECONDS, share=st.floats(min_value=0, max_value=1))
def test_a_rest_grows_with_what_others_want_and_leaves_a_quarter(took, share):
    rest = rest_after(took, took * share)
    assert rest <= pacing.LONGEST_REST
    assert min(took, pacing.LONGEST_REST) <= rest <= took * pacing.MOST_RESTS
    assert rest <= rest_after(took, took * share / 2)


def test_alone_it_rests_as_long_as_it_worked_and_twice_as_long_when_it_took_twice_as_long_as_it_needed():
    assert rest_after(0.1, 0.1) == 0.1
    assert rest_after(0.2, 0.1) == 0.4


@given(size=st.integers(pacing.FEWEST, pacing.MOST), took=SECONDS)
def test_a_batch_keeps_near_its_time(size, took):
    found = next_size(size, took)
    assert pacing.FEWEST <= found <= min(pacing.MOST, 2 * size)
    assert found == pacing.FEWEST or found * took / size <= pacing.A_BATCH * 1.05


def test_a_turn_begins_small_and_grows_where_it_is_fast():
    rested: list[float] = []
    pace = Pace(sleep=rested.append)
    sizes = []
    for _batch in range(4):
        sizes.append(pace.size)
        pace.begin()
        pace.rest()
    assert sizes == [25, 50, 100, 100]
    assert len(rested) == 4
