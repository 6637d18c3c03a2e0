"""How long it takes to judge a code says nothing of how near it was: the same is worked out whichever it is."""

import base64
import time

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_otp.oath import hotp

from accounts import second_factor
from accounts.factors import recovery
from accounts.models import TotpDevice, User
from tests.accounts.codes import with_app
from tests.cast import cast

__all__ = ["cast"]


@pytest.fixture
def steps(cast, monkeypatch):
    """Counts what an authenticator app's code is compared with; (compare, the step of now)."""
    with_app(cast.agent.user)
    device = TotpDevice.objects.get(user=cast.agent.user)
    monkeypatch.setattr(time, "time", lambda: 1_790_000_000.0)
    made, compared = [], []
    plain_hotp, plain_compare = second_factor.hotp, second_factor.constant_time_compare

    def counted_hotp(*args, **kwargs):
        made.append(args)
        return plain_hotp(*args, **kwargs)

    def counted_compare(one, other):
        compared.append((one, other))
        return plain_compare(one, other)

    monkeypatch.setattr(second_factor, "hotp", counted_hotp)
    monkeypatch.setattr(second_factor, "constant_time_compare", counted_compare)

    def judge(digits, *, last_step=0):
        made.clear()
        compared.clear()
        TotpDevice.objects.filter(pk=device.pk).update(last_step=last_step, failures=0, failed_at=None)
        return second_factor.check_code(user=cast.agent.user, code=digits), len(made), len(compared)

    def code_of(step):
        return f"{hotp(base64.b32decode(device.secret), step, digits=6):06d}"

    return judge, code_of, 1_790_000_000 // 30


def test_an_apps_code_is_held_against_three_codes_to_their_end_whichever_is_right(steps):
    judge, code_of, now = steps
    for step in (now - 1, now, now + 1):
        assert judge(code_of(step)) == (True, 3, 3), step - now
    right = code_of(now)
    wrong_last = right[:-1] + str((int(right[-1]) + 1) % 10)
    for wrong in (wrong_last, "000000" if right != "000000" else "111111", right[:5], "", "x" * 500, "１２３４５６"):
        assert judge(wrong) == (False, 3, 3), wrong
    assert judge(right, last_step=now) == (False, 3, 3), "a code that was used"


def test_a_code_counts_once_and_none_older_than_it(steps):
    judge, code_of, now = steps
    assert judge(code_of(now), last_step=now - 1)[0]
    assert not judge(code_of(now - 1), last_step=now - 1)[0]
    assert judge(code_of(now + 1), last_step=now)[0]


def test_a_recovery_code_is_looked_up_by_its_keyed_hash_with_the_same_work_whichever_is_right(cast, monkeypatch):
    codes = recovery.make(cast.agent.user)
    hashed, plain = [], recovery.salted_hmac
    monkeypatch.setattr(recovery, "salted_hmac", lambda *args, **kwargs: hashed.append(args) or plain(*args, **kwargs))
    work = []
    with override_settings(SECRET_KEY_FALLBACKS=["an older key"]):
        for typed in (codes[0], codes[-1], codes[0], "aaaa-bbbb-cccc-dddd", codes[3][:-1] + "a"):
            User.objects.filter(pk=cast.agent.user_id).update(recovery_failures=0, recovery_failed_at=timezone.now())
            hashed.clear()
            with CaptureQueriesContext(connection) as seen:
                recovery.use(cast.agent.user, typed)
            bare = typed.replace("-", "").upper()
            assert not any(bare in each["sql"].upper() for each in seen.captured_queries), "the code itself"
            work.append((len(hashed), len(seen)))
    assert len(set(work)) == 1, work
    assert work[0][0] == 2, "each key, whether or not the first one fits"
