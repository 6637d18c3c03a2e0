"""One id ties together what one request wrote into the log."""

import logging

import pytest
from django.test import Client

from config.logging import Json
from tenancy import trace


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "with space", "a\nb-evil-line", "é" * 10, "<script>alert"])
def test_an_id_that_may_not_stand_in_a_log_is_replaced(given):
    with trace.traced(given) as name:
        assert name != given
        assert len(name) == 16
        assert trace.current() == name
    assert trace.current() == ""


def test_an_id_of_our_proxy_is_kept(settings, db):
    settings.TRUSTED_PROXIES = 1
    assert Client().get("/health/live", headers={trace.HEADER: "from-the-proxy-1"})[trace.HEADER] == "from-the-proxy-1"
    settings.TRUSTED_PROXIES = 0
    assert Client().get("/health/live", headers={trace.HEADER: "from-a-stranger"})[trace.HEADER] != "from-a-stranger"


def test_a_line_in_the_log_names_it():
    record = logging.getLogger("parley.x").makeRecord("parley.x", 20, __file__, 1, "happened", (), None)
    with trace.traced("0123456789abcdef"):
        assert '"trace": "0123456789abcdef"' in Json().format(record)
