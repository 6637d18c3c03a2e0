"""`python -m bench.purge_worker ORGANIZATION`: a worker's part of a purge, each part when it is told to.

A line of its input names a part; it answers with the seconds that the part took.
"""

import sys
import time
from collections.abc import Callable
from uuid import UUID


def parts(organization: UUID) -> dict[str, Callable[[], object]]:
    """What a round of the clock does, in its order."""
    import django

    django.setup()
    from django.utils import timezone

    from retention.purging import running, stepping
    from tenancy.isolation import activate

    def plan() -> None:
        with activate(organization):
            assert running.begin_night(timezone.now()), "nothing begins"

    def shred() -> None:
        taken = running.take(organization)
        assert taken is not None, "somebody else is at it"
        stepping.shred_together(organization, *taken)
        running.give_back(organization, taken[0])

    def end() -> None:
        assert running.go_on(organization), "it is not over"

    return {"plan": plan, "shred": shred, "end": end}


def main(organization: str) -> None:
    """Say that we are ready, then obey."""
    doing = parts(UUID(organization))
    print("ready", flush=True)
    for line in sys.stdin:
        begun = time.perf_counter()
        doing[line.strip()]()
        print(time.perf_counter() - begun, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
