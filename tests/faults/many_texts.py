"""Thousands of texts under random faults and with processes that are killed meanwhile; then both books are compared."""

import os
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.databases import own_databases

SCRIPTS = (
    ["ok"] * 60
    + ["accept_then_500", "accept_then_reset", "half_an_answer", "wrong_json", "slow", "hang", "reset_before_answer"]
    * 4
    + ["429_with_wait", "refuse:400:21211", "refuse:400:21610", "report_instead"] * 3
)
PLANS = ["usual"] * 6 + ["twice", "reversed", "never", "shuffled", "late", "undelivered"]
GROUP = 250  # texts accepted between two faults
SECONDS_A_TEXT = 0.1  # that the system may need in the end


def run(texts: int, seed: int) -> int:
    """Accept so many, break things meanwhile, wait, compare. The number of broken promises, at most 1."""
    with own_databases() as databases, tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_POOL"] = "0"
        from tests.faults import moves, oracle
        from tests.faults.intents import open_desk
        from tests.faults.running import system

        print(f"{texts} texts, seed {seed}; databases {databases.postgres}, {databases.valkey}", flush=True)
        moves.keep()
        dice = random.Random(seed)  # noqa: S311 - faults to be repeated
        with system(Path(folder)) as running:
            running.whole()
            desk = open_desk(running.far_end, pace=1000.0)
            begun = time.monotonic()
            faults: Counter[str] = Counter()
            while len(desk.intents) < texts:
                _queue(desk, running, dice, min(GROUP, texts - len(desk.intents)))
                faults[_break(running, dice)] += 1
            running.whole()
            oracle.wait_until_quiet(desk, running.far_end, seconds=120 + texts * SECONDS_A_TEXT)
            broken = oracle.judge(desk, running.far_end)
            _print(desk, running.far_end, faults, broken, time.monotonic() - begun)
    return int(bool(broken))


def _queue(desk: Any, running: Any, dice: random.Random, count: int) -> None:
    """Accept a group, with as many statements as for one text of each purpose."""
    from tenancy.isolation import activate
    from tests.faults.intents import CLASSES, Intent, new_number
    from texting import sending

    numbers = [new_number() for _ in range(count)]
    for number in numbers:
        running.far_end.play(number, dice.choice(SCRIPTS), reports=dice.choice(PLANS))
    by_purpose = [numbers[at :: len(CLASSES)] for at in range(len(CLASSES))]
    for purpose, mine in zip(CLASSES, by_purpose, strict=True):
        met = desk.meet(mine, purpose)
        with activate(desk.organization):
            wanted = [
                sending.Wanted(met[number].contact, f"Your appointment {number[-5:]} is confirmed", seen=met[number])
                for number in mine
            ]
            results = sending.send_all(
                line=desk.line_for(purpose), texts=wanted, author=desk.author_of(purpose), purpose=purpose
            )
        for number, result in zip(mine, results, strict=True):
            if isinstance(result, Exception):
                raise result
            desk.intents.append(Intent(result.pk, number, purpose))


def _break(running: Any, dice: random.Random) -> str:
    """One fault; everything runs again afterwards."""
    from tenancy.crash_points import POINTS
    from tests.faults import servers
    from tests.faults.proxy import Mode

    fault = dice.choice(["kill worker", "kill web", "redis", "sessions", "network", "crash", "nothing"])
    if fault == "kill worker":
        running.kill("worker")
    elif fault == "kill web":
        running.kill("web")
    elif fault == "redis":
        with servers.redis_client() as client:
            client.flushall()
    elif fault == "sessions":
        servers.end_backends()
    elif fault == "network":
        running.lines["provider"].mode = dice.choice([Mode.STALL, Mode.REFUSE, Mode.DROP])
    elif fault == "crash":
        running.kill("worker")
        running.start_worker(CRASH_AT=dice.choice(POINTS))
    time.sleep(dice.uniform(1, 3))
    running.whole()
    return fault


def _print(desk: Any, far_end: Any, faults: Counter[str], broken: list[str], seconds: float) -> None:
    from tests.faults import oracle

    ours = oracle.books(desk)
    taken = Counter(one.to for one in far_end.truth)
    print(f"\nfaults: {dict(faults)}, {seconds:.0f} s\n")
    print(
        "| purpose | accepted by us | at the provider | twice there | by our status |\n| --- | --- | --- | --- | --- |"
    )
    for purpose in sorted({intent.purpose for intent in desk.intents}):
        mine = [intent for intent in desk.intents if intent.purpose == purpose]
        statuses = Counter(str(ours[one.message_id].status) for one in mine if one.message_id in ours)
        there = sum(taken[one.number] for one in mine)
        print(
            f"| {purpose} | {len(mine)} | {there} | {sum(taken[one.number] > 1 for one in mine)} | {dict(statuses)} |"
        )
    known = sum(book.provider_message_id is not None for book in ours.values())
    print(
        f"\nledger {len(far_end.truth)}, ours with an id of it {known}, texts {len(ours)}, accepted {len(desk.intents)}"
    )
    print("\n".join(broken[:50]) or "everything held")
    _print_twice(desk, far_end, taken)


def _print_twice(desk: Any, far_end: Any, taken: Counter[str]) -> None:
    """The life of the first few texts that the provider has twice: our attempts, and when it took them."""
    from tenancy.isolation import activate
    from texting.models import SendAttempt

    for intent in [one for one in desk.intents if taken[one.number] > 1][:5]:
        print(
            f"\n{intent.message_id}, taken at {[f'{one.at:.1f}' for one in far_end.truth if one.to == intent.number]}"
        )
        with activate(desk.organization):
            for attempt in SendAttempt.objects.filter(message_id=intent.message_id).order_by("number"):
                end = f"{attempt.finished_at.timestamp():.1f}" if attempt.finished_at else "never"
                why = f"{attempt.outcome or 'no answer'} {attempt.error_kind}"
                print(f"  attempt {attempt.number} begun {attempt.started_at.timestamp():.1f}, ended {end}: {why}")
