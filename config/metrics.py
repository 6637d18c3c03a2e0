"""`/metrics` in the text format of Prometheus: what this process counted, and how long texts wait in the database.

For whoever runs the installation: the request names `METRICS_TOKEN` as its bearer token, or there is no such page.
"""

from collections.abc import Iterator
from hmac import compare_digest

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from accounts.permissions import public
from config import env, figures
from retention.backups import drill
from tenancy.encryption import tidying


class Waiting(Collector):
    """What waits, asked of the database at each scrape. Without the database only `parley_database_up` is there."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            now, states = figures.figures(), figures.states()
            last_drill, last_tidying = drill.age(), tidying.age()
        except DatabaseError:
            yield GaugeMetricFamily("parley_database_up", "Whether the database answers.", value=0)
            return
        yield GaugeMetricFamily("parley_database_up", "Whether the database answers.", value=1)
        yield _seconds("oldest_ready", "Age of the oldest text that should have left.", now.oldest_ready)
        yield _seconds("oldest_unknown", "Age of the oldest text whose outcome is unknown.", now.oldest_unknown)
        if now.clock_silence is not None:
            yield _seconds("clock_silence", "Time since the clock last rang.", now.clock_silence)
        if last_drill is not None:
            yield _seconds("restore_drill", "Time since a restore was last tried and passed.", last_drill)
        if last_tidying is not None:
            yield _seconds("keys_tidied", "Time since what destroyed keys left was last written over.", last_tidying)
        yield _seconds("oldest_mail", "Age of the oldest mail that has not left.", now.oldest_mail)
        yield _seconds("oldest_purge", "Age of the oldest purge that still runs.", now.oldest_purge)
        yield GaugeMetricFamily("parley_stopped_lines", "Lines that a provider refuses.", value=now.stopped_lines)
        outbox = GaugeMetricFamily("parley_outbox_texts", "Texts on their way, by state.", labels=["state"])
        for state, count in states.items():
            outbox.add_metric([state], count)
        yield outbox


def _seconds(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"parley_{name}_seconds", words, value=value)


@public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures; 404 without the right token, or when none is set."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        raise Http404
    waiting = CollectorRegistry()
    waiting.register(Waiting())
    counted = REGISTRY
    if env.text("PROMETHEUS_MULTIPROC_DIR", default=""):
        counted = CollectorRegistry()
        multiprocess.MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(waiting) + generate_latest(counted), content_type=CONTENT_TYPE_LATEST)
