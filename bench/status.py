"""`python -m bench.status`: delivery reports through our webhook, against single-row UPDATEs of one connection.

Each report is new: every text is reported as sent, delivered and read once. Every answer and every status is checked.
"""

import itertools
import statistics
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg

from bench.contest import ROUND_SECONDS, ROUNDS, Contestant, compete, refuse_errors, table
from bench.databases import Databases, own_databases
from bench.results import keep, spread, verdict

if TYPE_CHECKING:
    from bench.office import Office

FLOOR = 1.0
TEXTS = 30_000
WORDS = ("sent", "delivered", "read")
PLAIN = """
CREATE TABLE bench_status (id int PRIMARY KEY, status text);
INSERT INTO bench_status SELECT n, 'queued' FROM generate_series(1, 10000) n
"""


def make_texts(office: "Office") -> list[tuple[str, str]]:
    """Texts that the provider has taken: the token and the provider's id of each."""
    from django.utils import timezone

    from bench.queued_texts import Desk
    from tenancy.ids import new_id
    from tenancy.isolation import activate
    from texting.models import Decision, Message, SendAttempt
    from texting.preparing import hash_token
    from texting.purposes import Purpose
    from texting.statuses import MessageStatus

    desk, now = Desk(office), timezone.now()
    pairs = [(f"token-{number:030d}", f"SM{number:032d}") for number in range(TEXTS)]
    with activate(office.organization):
        desk.meet(500)
        customers = itertools.cycle(desk.conversations)
        for at in range(0, TEXTS, 2000):
            some, decisions, messages, attempts = pairs[at : at + 2000], [], [], []
            for token, sid in some:
                talk = next(customers)
                decision = Decision(
                    conversation=talk, stage="queue", purpose=Purpose.REPLY, verdict="allow", decided_at=now
                )
                message = Message(
                    id=new_id(),
                    conversation=talk,
                    contact=talk.contact,
                    line=office.line,
                    direction="out",
                    purpose=Purpose.REPLY,
                    body="See you at five",
                    status=MessageStatus.SENDING,
                    provider_message_id=sid,
                    decision=decision,
                    decision_verdict="allow",
                    created_at=now,
                    sent_at=now,
                )
                attempt = SendAttempt(
                    message=message, number=1, decision=decision, token_hash=hash_token(token), started_at=now
                )
                decisions.append(decision)
                messages.append(message)
                attempts.append(attempt)
            Decision.objects.bulk_create(decisions)
            Message.objects.bulk_create(messages)
            SendAttempt.objects.bulk_create(attempts)
    return pairs


def reports(office: "Office", pairs: list[tuple[str, str]]) -> Iterator[bytes]:
    """Each text's reports, all texts in turns."""
    from bench.office import ACCOUNT

    for word in WORDS:
        for token, sid in pairs:
            form = {"MessageSid": sid, "AccountSid": ACCOUNT, "MessageStatus": word, "To": "+12125550100"}
            yield office.request(f"status/{token}", form)
    raise AssertionError("the texts did not last: make TEXTS larger")


def updates(databases: Databases) -> float:
    """Single-row UPDATEs a second, each committed by itself."""
    done, end = 0, time.perf_counter() + ROUND_SECONDS
    with psycopg.connect(databases.owner_url, autocommit=True) as connection:
        while time.perf_counter() < end:
            connection.execute("UPDATE bench_status SET status = %s WHERE id = %s", [str(done), done % 10_000 + 1])
            done += 1
    return done / ROUND_SECONDS


def main() -> int:
    """Measure, check, append. 1 when the floor is missed."""
    with own_databases(durable=True) as databases:
        from bench.office import make_office
        from tenancy.isolation import activate
        from texting.models import StatusEvent

        databases.as_owner(PLAIN)
        office = make_office("bench", "+12125550110")
        ours = Contestant("delivery reports", reports(office, make_texts(office)))
        plain = [updates(databases) for _ in range(ROUNDS // 2)]
        compete([ours], databases)
        plain += [updates(databases) for _ in range(ROUNDS // 2)]
        with activate(office.organization):
            kept = StatusEvent.objects.count()
        assert kept == refuse_errors(ours, frozenset({204})), f"{kept} reports stored"
    ratio = ours.rate / statistics.median(plain)
    keep(
        "status",
        f"{table([ours])}\n\nSingle-row UPDATEs of one connection: {spread(plain)} a second. Reports: **{ratio:.2f} ×**"
        f" (floor {FLOOR}, aim 5: {verdict(ratio, FLOOR)}).",
    )
    return int(ratio < FLOOR)


if __name__ == "__main__":
    sys.exit(main())
