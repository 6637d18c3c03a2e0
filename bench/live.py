"""`python -m bench.live`: one event to 500 browsers, ours against an ordinary Django streaming view on the same hub.

Both servers run the whole time, each with its 500 signed-in streams in an organization of its own; rounds alternate.
In a round one event after the other is published, the next as soon as all 500 have the last. Every delivery is
checked. Processor time is that of the server's process, which other work on the machine does not change much.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from bench.databases import own_databases
from bench.live_clients import Clients
from bench.processes import megabytes, processor_seconds
from bench.results import keep, spread
from config.embedded.stack import free_port

BROWSERS = 500
SESSIONS_EACH = 10
ROUNDS = 6
ROUND_SECONDS = 4.0
IDLE_SECONDS = 5.0
FLOOR, AIM = (4.0, 0.5), (6.8, 0.31)


@dataclass
class Contestant:
    """One server with its streams and what was measured on it."""

    name: str
    application: str
    organization: UUID
    tokens: list[str]
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    clients: Clients | None = None
    memory: float = 0.0  # MB that the streams took
    threads: int = 0
    idle: float = 0.0  # share of one processor
    rates: list[float] = field(default_factory=list)  # deliveries a second
    costs: list[float] = field(default_factory=list)  # microseconds of processor time a delivery
    delays: list[float] = field(default_factory=list)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid


def organization_with_tokens(slug: str) -> tuple[UUID, list[str]]:
    """An organization whose agents are signed in at 500 browsers, and a token for each of these."""
    from django.utils import timezone

    from accounts.founding import add_member, found_organization
    from accounts.models import User
    from accounts.sessions import PASSWORD, SessionStore, SignedIn
    from texting.live import token_for

    owner = User.objects.create(email=f"owner@{slug}.example", name="Olga Brandt")
    organization = found_organization(name="Harbor Dental", slug=slug, owner=owner).organization
    tokens = []
    for number in range(BROWSERS // SESSIONS_EACH):
        user = User.objects.create(email=f"agent{number}@{slug}.example", name="Amelia Okafor")
        member = add_member(organization=organization, user=user, role="agent")
        for _ in range(SESSIONS_EACH):
            now = timezone.now().timestamp()
            store = SessionStore()
            state = SignedIn(str(user.pk), str(member.pk), member.epoch, now, [PASSWORD])
            store.step(state, address="127.0.0.1", browser="Bench")
            tokens.append(token_for(member, session_key=str(store.session_key)))
    return organization.pk, tokens


def start(contestant: Contestant) -> None:
    """The server, warm; then its streams, with the memory that they take."""
    contestant.port = free_port()
    command = [sys.executable, "-m", "uvicorn", contestant.application, "--host", "127.0.0.1", "--lifespan", "off"]
    command += ["--port", str(contestant.port), "--no-access-log", "--log-level", "warning"]
    command += ["--timeout-graceful-shutdown", "1"]
    contestant.process = subprocess.Popen(command, cwd=Path(__file__).parent.parent)
    warm_up(contestant)
    before = megabytes(contestant.pid)
    contestant.clients = Clients(contestant.port, contestant.tokens)
    begun = processor_seconds(contestant.pid)
    time.sleep(IDLE_SECONDS)
    contestant.idle = (processor_seconds(contestant.pid) - begun) / IDLE_SECONDS
    contestant.memory = megabytes(contestant.pid) - before
    contestant.threads = len(os.listdir(f"/proc/{contestant.pid}/task"))


def warm_up(contestant: Contestant) -> None:
    """Wait for the server and let it load its code."""
    for _ in range(300):
        try:
            few = Clients(contestant.port, contestant.tokens[:5])
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    else:
        raise RuntimeError(f"{contestant.name} did not start")
    tell(contestant, few, seconds=0.5)
    few.close()
    time.sleep(1)


def tell(contestant: Contestant, clients: Clients, *, seconds: float) -> list[float]:
    """Publish for so long, one event at a time. Returns each delivery's delay in seconds."""
    from texting.live import channel_of, publisher

    delays: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        mark = str(uuid4())
        published = time.perf_counter()
        event = json.dumps({"kind": "message", "conversation": str(uuid4()), "message": mark})
        publisher().send(channel_of(contestant.organization), event)
        delays += clients.hear(mark.encode(), published).delays
    return delays


def round_of(contestant: Contestant) -> None:
    """One round: deliveries a second and what one costs."""
    assert contestant.clients is not None
    begun, used = time.perf_counter(), processor_seconds(contestant.pid)
    delays = tell(contestant, contestant.clients, seconds=ROUND_SECONDS)
    contestant.rates.append(len(delays) / (time.perf_counter() - begun))
    contestant.costs.append((processor_seconds(contestant.pid) - used) / len(delays) * 1e6)
    contestant.delays += delays


def table(ours: Contestant, other: Contestant) -> str:
    """The report, in Markdown."""
    rows = [
        "| | deliveries/s (median, spread) | processor µs a delivery | delay ms p50 / p95 | memory of the streams MB |"
        " threads | idle |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in (ours, other):
        cuts = statistics.quantiles(one.delays, n=100)
        rows.append(
            f"| {one.name} | {spread(one.rates)}"
            f" | {spread(one.costs, 1)}"
            f" | {cuts[49] * 1000:.0f} / {cuts[94] * 1000:.0f} | {one.memory:.1f} | {one.threads} | {one.idle:.1%} |"
        )
    cheaper = statistics.median(other.costs) / statistics.median(ours.costs)
    faster = statistics.median(ours.rates) / statistics.median(other.rates)
    rows.append(
        f"\nFan-out for the same processor time: **{cheaper:.1f} ×** (floor {FLOOR[0]:g}, aim {AIM[0]:g}); by the clock"
        f" {faster:.1f} ×, the clients' own work included. Memory of {BROWSERS} streams:"
        f" **{ours.memory / other.memory:.2f}** (floor {FLOOR[1]:g}, aim {AIM[1]:g})."
    )
    return "\n".join(rows)


def main() -> None:
    """Run it, print it, keep it."""
    with own_databases():
        from bench.live_page import in_the_page

        contestants = [
            Contestant("ours", "config.asgi:application", *organization_with_tokens("ours")),
            Contestant("Django view", "bench.live_asgi:application", *organization_with_tokens("theirs")),
        ]
        try:
            for contestant in contestants:
                start(contestant)
            for number in range(ROUNDS):
                for contestant in contestants if number % 2 else reversed(contestants):
                    round_of(contestant)
        finally:
            for contestant in contestants:
                if contestant.process:
                    contestant.process.kill()
                    contestant.process.wait()
        report = table(*contestants)
        sentence = in_the_page()
    keep("live", f"{report}\n\n{sentence}")


if __name__ == "__main__":
    main()
