"""Signing in and asking for a new password tell nobody whether an address is known: not by words, not by work."""

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import password_reset, signing_in
from accounts.models import Enforced, Membership, SignInEvent, SsoDoor, User
from accounts.origins import Origin
from accounts.passwords import Argon2id
from tests.accounts.saml.office import open_office
from tests.cast import PASSPHRASE
from tests.quick_passwords import as_in_the_product

STRANGER = Origin(None, "none", "", "", frozenset())
WRONG = "a wrong password"
ROUNDS = 9
LITERAL = re.compile(r"'(?:[^']|'')*'(?:::\w+)?| ?-?\b\d[\d.]*\b|\bNULL\b|\"s\d+_x\d+\"")


@pytest.fixture
def addresses(cast) -> dict[str, str]:
    """One address of each kind that a stranger may try; all but the first open nothing with any password."""
    invited = User.objects.create_user(email="never@harbor.example", name="Never joined")
    Membership.objects.create(user=invited, organization=cast.organization, is_active=False, joined_at=None)
    by_provider = User.objects.create_user(email="provider@northside.example", name="Came by the provider")
    Membership.objects.create(user=by_provider, organization=cast.other_organization)
    office = open_office(cast.outsider, domain="northside.example")
    SsoDoor.objects.filter(pk=office.door.pk).update(enforced=Enforced.EVERYBODY)
    switched_off = cast.second_agent.user
    User.objects.filter(pk=switched_off.pk).update(is_active=False)
    return {
        "known": cast.agent.user.email,
        "unknown": "nobody@harbor.example",
        "deactivated in the organization": cast.leaver.user.email,
        "switched off": switched_off.email,
        "invited": invited.email,
        "with single sign-on only": by_provider.email,
        "held to single sign-on, with a password": cast.outsider.user.email,
    }


@contextmanager
def counted_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The work on passwords that is done meanwhile, one entry for each Argon2 run; the work itself stays."""
    done: list[str] = []
    for name in ("encode", "verify"):
        real = getattr(Argon2id, name)

        def noted(self: Argon2id, *args: str, real: Callable[..., object] = real, **kwargs: str) -> object:
            done.append("argon2")
            return real(self, *args, **kwargs)

        monkeypatch.setattr(Argon2id, name, noted)
    yield done
    monkeypatch.undo()


def shape(statements: CaptureQueriesContext) -> list[str]:
    """What was asked of the database, without the values."""
    return [LITERAL.sub("?", query["sql"]) for query in statements.captured_queries]


def try_password(address: str) -> None:
    assert signing_in.with_password(email=address, password=WRONG, origin=STRANGER) is None


def test_a_wrong_password_costs_one_hash_and_the_same_statements_whoever_is_asked_for(addresses, monkeypatch):
    try_password("warm@harbor.example")
    work = {}
    for kind, address in addresses.items():
        with counted_hashes(monkeypatch) as hashes, CaptureQueriesContext(connection) as statements:
            try_password(address)
        work[kind] = (hashes, shape(statements))
    assert work["known"][0] == ["argon2"]
    assert len(work["known"][1]) > 4, "the statements were not seen"
    for kind, done in work.items():
        assert done == work["known"], kind


def test_every_kind_of_address_gets_the_same_page(addresses):
    pages = set()
    for address in addresses.values():
        answer = Client().post("/sign-in/", {"email": address, "password": WRONG})
        assert answer.status_code == 422
        pages.add((tuple(sorted(answer.cookies)), answer.content.decode().partition("<main")[2].replace(address, "X")))
    assert len({(cookies, re.sub(r'value="[\w-]{40,}"', "", page)) for cookies, page in pages}) == 1


def test_a_right_password_that_opens_nothing_is_hashed_once_too(addresses, monkeypatch):
    for kind in ("deactivated in the organization", "switched off", "held to single sign-on, with a password"):
        with counted_hashes(monkeypatch) as hashes:
            assert signing_in.with_password(email=addresses[kind], password=PASSPHRASE, origin=STRANGER) is None
        assert hashes == ["argon2"], kind


@pytest.fixture
def slow_passwords(addresses):
    """Everybody's password costs what it costs in the product, and so does each try."""
    with as_in_the_product():
        User.objects.filter(password__startswith="argon2").update(password=make_password(PASSPHRASE))
        yield


@pytest.mark.usefixtures("slow_passwords")
def test_the_time_that_a_refusal_takes_differs_by_noise_only(addresses):
    """Processor time, taken in turns in an order that changes, medians: what else runs on the machine takes no part.

    A missing hash, or one too many, is a whole hash's time; half of one is allowed, which noise does not reach.
    """
    took: dict[str, list[float]] = {kind: [] for kind in addresses}
    hashing: list[float] = []
    order = random.Random(20)  # noqa: S311 - an order, not a secret
    for _ in range(ROUNDS):
        SignInEvent.objects.all().delete()  # or a round would have to wait
        for kind in order.sample(list(addresses), len(addresses)):
            took[kind].append(processor_time(lambda kind=kind: try_password(addresses[kind])))
        hashing.append(processor_time(lambda: signing_in.password_is_right(None, WRONG)))
    known, allowed = median(took["known"]), median(hashing) / 2
    apart = {kind: round(median(times) - known, 4) for kind, times in took.items()}
    assert max(map(abs, apart.values())) < allowed, f"{apart}, a hash takes {2 * allowed:.4f} s"


def processor_time(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def test_asking_for_a_new_password_does_the_same_work_whoever_is_asked_for(addresses):
    password_reset.ask(email="warm@harbor.example", origin=STRANGER)
    work = {}
    for kind, address in addresses.items():
        with CaptureQueriesContext(connection) as statements:
            password_reset.ask(email=address, origin=STRANGER)
        work[kind] = [one for one in shape(statements) if not one.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "?"))]
    assert sum(one.startswith("INSERT") for one in work["known"]) == 2
    for kind, done in work.items():
        assert done == work["known"], kind
