"""What anybody sends with a form is taken, or it leaves nothing behind.

The answer is the same for a number that is new, known or opted out. A form without a tick, for an older wording or from
a page that was not ours is never taken. The limits on speed are spent before a transaction begins.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from compliance.ledger.consent import Evidence
from compliance.models import ConsentEvent, Disclosure, FormKey, FormVersion, OptIn, OptInForm, Program
from compliance.opt_in import form_counts, opting_in
from compliance.opt_in.form_counts import Step
from compliance.opt_in.opting_in import CannotOptIn, Opted
from compliance.opt_in_forms.tokens import SHORTEST, Shown
from tenancy import rates
from tenancy.models import Organization
from tenancy.rates import Rate
from texting import threads
from texting.limits.region_names import NEVER
from texting.limits.standing import standing
from texting.models import Line
from texting.phone_numbers import LONGEST_INPUT, BadNumber, PhoneNumber, parse

LONGEST_NAME = 80


class Problem(StrEnum):
    """Why a form was not taken; each is a name in `words`."""

    NUMBER_MISSING = "number_missing"
    NUMBER_BAD = "number_bad"
    NUMBER_COUNTRY = "number_country"
    NAME_BAD = "name_bad"
    TICK = "tick"
    CHANGED = "changed"
    EXPIRED = "expired"
    SOON = "soon"
    TOO_MANY = "too_many"


@dataclass(frozen=True)
class Sent:
    """What came with a request. `agreed`: the values of the ticked boxes; `trap`: what a person leaves empty."""

    number: str
    name: str
    agreed: frozenset[str]
    shown: Shown | None
    trap: str
    address: str | None
    network: str
    browser: str
    url: str


@dataclass(frozen=True)
class Answer:
    """What the sender is told. No problem: thanks, whatever was done."""

    problems: tuple[Problem, ...] = ()
    retry_after: int = field(default=0)  # seconds


def owner_of(key: str) -> tuple[UUID, Organization] | None:
    """The form that a public address names, with its organization; asked outside of any organization."""
    row = FormKey.objects.select_related("organization").filter(key=key).first() if len(key) <= 24 else None
    return (row.form_id, row.organization) if row else None


def takes_sign_ups(version: FormVersion) -> bool:
    """Whether the line and every program of the version still take somebody."""
    programs = [box["program"] for box in version.boxes]
    active = Program.objects.filter(pk__in=programs, is_active=True).count()
    return active == len(programs) and Line.objects.filter(pk=version.look["line"], is_active=True).exists()


def read_number(text: str, country: str) -> PhoneNumber | Problem:
    """The number that was typed, or what is wrong with it."""
    text = text.strip()
    if not text:
        return Problem.NUMBER_MISSING
    if len(text) > LONGEST_INPUT or "\x00" in text:
        return Problem.NUMBER_BAD
    try:
        number = parse(text, country)
    except BadNumber:
        return Problem.NUMBER_BAD
    return Problem.NUMBER_BAD if number.kind in NEVER else number


def hold_back(form_id: UUID, sent: Sent) -> int:
    """Spend what a sender and a form may do; seconds to wait when it is too much, else 0. Not inside a transaction."""
    allowances = rates.spend_all(
        Rate(f"form/network/{sent.network}", limit=30, per_seconds=600, burst=15),
        Rate(f"form/form/{form_id}", limit=1_200, per_seconds=3_600, burst=200),
    )
    waits = [int(one.retry_after or 60) + 1 for one in allowances if not one.allowed]
    return max(waits, default=0)


def is_repeated(form_id: UUID, number: PhoneNumber) -> bool:
    """Whether this number was given so often that no further text is sent. Whoever sent it is told nothing of that."""
    name = salted_hmac("compliance.opt_in_forms", f"{form_id} {number.e164}", algorithm="sha256").hexdigest()
    return not rates.spend(f"form/number/{name}", limit=6, per_seconds=86_400, burst=3).allowed


def counts_views(network: str) -> bool:
    """Whether a page that this network opens is counted: who opens hundreds is no reader."""
    return rates.spend(f"form/view/{network}", limit=60, per_seconds=600).allowed


def judge(form: OptInForm, version: FormVersion, sent: Sent, number: PhoneNumber | Problem) -> Answer:
    """Whether it can be taken; reads only."""
    shown = sent.shown
    if shown is None or shown.form_id != form.pk:
        return Answer((Problem.EXPIRED,))
    if shown.version != version.number or shown.language not in version.pages:
        return Answer((Problem.CHANGED,))
    found = []
    if isinstance(number, Problem):
        found.append(number)
    elif number.region not in standing().countries:
        found.append(Problem.NUMBER_COUNTRY)
    if len(sent.name) > LONGEST_NAME or "\x00" in sent.name:
        found.append(Problem.NAME_BAD)
    if not sent.agreed or not sent.agreed <= {box["program"] for box in version.boxes}:
        found.append(Problem.TICK)
    if not found and shown.seconds_ago < SHORTEST:
        found.append(Problem.SOON)
    return Answer(tuple(found))


def refuse(form: OptInForm) -> None:
    """Count a form that was not taken; nothing else of it is kept."""
    form_counts.count(form.pk, Step.BEGUN, Step.REFUSED)


def take(version: FormVersion, sent: Sent, number: PhoneNumber) -> list[Opted]:
    """Take each box that was ticked, in the running transaction. Of a number that opted out nothing is stored."""
    line = Line.objects.select_related("team").get(pk=version.look["line"])
    taken: list[Opted] = []
    for box in version.boxes:
        if box["program"] not in sent.agreed:
            continue
        try:
            with transaction.atomic():  # a refusal leaves no contact behind, either
                taken.append(_take_box(version, box, line, sent, number))
        except CannotOptIn:
            continue
    given = any(one.opt_in.state == OptIn.State.GIVEN and not one.repeated for one in taken)
    steps = [Step.BEGUN, Step.SUBMITTED if taken else Step.REFUSED, *([Step.CONFIRMED] if given else [])]
    form_counts.count(version.form_id, *steps)
    return taken


def _take_box(version: FormVersion, box: dict[str, Any], line: Line, sent: Sent, number: PhoneNumber) -> Opted:
    shown = sent.shown
    assert shown is not None  # noqa: S101 - judged before
    contact = threads.contact_for(number, name=sent.name)
    program = Program.objects.select_related("team").get(pk=box["program"])
    evidence = Evidence(
        source=ConsentEvent.Source.FORM,
        act=ConsentEvent.Act.TICKED,
        quality=ConsentEvent.Quality.COMPLETE,
        disclosure=Disclosure.objects.get(pk=box["disclosures"][shown.language]),
        language=shown.language,
        circumstances=_circumstances(version, sent, shown),
        happened_at=timezone.now(),
    )
    act = opting_in.ask if version.look["asks_yes"] else opting_in.opt_in
    opted = act(contact=contact, line=line, program=program, evidence=evidence)
    if not opted.repeated:
        opted.opt_in.form = version.form
        opted.opt_in.save(update_fields=["form"])
    return opted


def _circumstances(version: FormVersion, sent: Sent, shown: Shown) -> dict[str, str]:
    """What DOMAIN 2.3 asks to keep beside the wording; sealed in the ledger."""
    found = {
        "url": f"{settings.PUBLIC_BASE_URL}{sent.url}",
        "form_version": f"{version.form_id}/{version.number}",
        "page_digest": version.digests[shown.language],
        "ip": sent.address or "",
        "browser": sent.browser[:300],
        "referrer": shown.referrer,
        "visit": shown.visit,
        "name": sent.name,
    }
    return {name: text for name, text in found.items() if text}
