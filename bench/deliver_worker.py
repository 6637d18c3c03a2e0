"""`python -m bench.deliver_worker ours LINE` or `... calls PORT`: one process that delivers when it is told to.

For every line of its input it delivers what there is (`ours`), or as many texts as the line says (`calls`: aiohttp
doing nothing but the provider's calls), and answers with the seconds it took and its processor seconds.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from uuid import UUID

IN_FLIGHT = 32


def ours(line_id: str) -> Callable[[int], int]:
    """Deliver what is due on the line."""
    import django

    django.setup()
    from texting import delivery

    def deliver(count: int) -> int:
        done = 0
        while done < count and (handed := delivery.deliver_line(UUID(line_id))):
            done += handed
        return done

    return deliver


def calls(port: str) -> Callable[[int], int]:
    """Only the calls, as many at a time as the product has."""
    import aiohttp

    address = f"http://127.0.0.1:{port}/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"

    async def send_all(count: int) -> int:
        gate = asyncio.Semaphore(IN_FLIGHT)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT)) as session:

            async def send(number: int) -> int:
                form = {"To": f"+1212{5550000 + number:07d}", "From": "+12125550110", "Body": f"Reminder {number}"}
                async with gate, session.post(address, data=form) as answer:
                    return len(await answer.json())

            return len(await asyncio.gather(*(send(number) for number in range(count))))

    return lambda count: asyncio.run(send_all(count))


def main(kind: str, argument: str) -> None:
    """Say that we are ready, then obey."""
    deliver = {"ours": ours, "calls": calls}[kind](argument)
    print("ready", flush=True)
    for line in sys.stdin:
        begun, used = time.perf_counter(), sum(os.times()[:2])
        done = deliver(int(line))
        print(done, time.perf_counter() - begun, sum(os.times()[:2]) - used, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
