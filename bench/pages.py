"""A signed-in browser without a browser: pages are asked of Django in this process, middleware and all."""

import time

from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Membership
from accounts.sessions import PASSWORD, TOTP, SessionStore, SignedIn


def browser_of(member: Membership) -> Client:
    """A client with a session of the member."""
    now = timezone.now().timestamp()
    state = SignedIn(str(member.user_id), str(member.pk), member.epoch, now, [PASSWORD, TOTP])
    store = SessionStore()
    store.step(state, address="127.0.0.1", browser="Bench")
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(store.session_key)
    return client


def milliseconds(client: Client, address: str, expect: bytes) -> float:
    """How long the page took. Raises AssertionError when it is not the one that was expected."""
    begun = time.perf_counter()
    answer = client.get(address, headers={"Host": "127.0.0.1:8000"})
    took = (time.perf_counter() - begun) * 1000
    assert answer.status_code == 200, f"{address} answered {answer.status_code}"
    assert expect in answer.content, f"{address} lacks {expect!r}"
    return took
