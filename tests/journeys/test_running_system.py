"""The parts of the running system find each other: web, worker, clock, databases, queue."""

import http.client
import json
import time
from urllib.parse import urlsplit

from config.heartbeat import Part, silence
from config.tasks import heartbeat


def wait_until(condition, seconds=10):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.05)


def get(address, path):
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_every_part_works(live_system):
    answer, body = get(live_system, "/health/ready")
    assert (answer.status, json.loads(body)["ready"]) == (200, True)


def test_a_real_worker_does_what_this_process_asks(live_system):
    wait_until(lambda: silence(Part.CLOCK) > 0.5)
    heartbeat.delay()
    wait_until(lambda: silence(Part.CLOCK) < 0.4)


def test_a_visitor_is_led_to_signing_in(live_system):
    answer, _ = get(live_system, "/")
    assert answer.status == 302
    assert "sign" in answer.headers["Location"]
