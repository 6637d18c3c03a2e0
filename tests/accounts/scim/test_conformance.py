"""The whole of what scim2-tester tries, against the running application."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from accounts.api import limiting

if TYPE_CHECKING:
    from scim2_tester import CheckResult


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """A request ends by closing its connection; here that is the test's, with what it has not committed."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def said(result: "CheckResult") -> str:
    return f"{result.status.name} {result.title} {result.resource_type}: {result.reason}"


@pytest.mark.usefixtures("_one_connection")
def test_the_public_tester_finds_nothing(company, monkeypatch):
    from scim2_client.engines.wsgi import WSGISCIMClient  # seconds, which else every process would spend
    from scim2_tester import Status, check_server

    for name in ("LIMIT", "BURST"):
        monkeypatch.setattr(limiting, name, 1_000_000)
    client = WSGISCIMClient(
        get_wsgi_application(),
        base_url="http://127.0.0.1:8000/scim/v2",
        headers={"Authorization": f"Bearer {company.secret}"},
    )
    results = check_server(client)
    assert sum(one.status is Status.SUCCESS for one in results) > 50
    wrong = [said(one) for one in results if one.status in {Status.ERROR, Status.CRITICAL}]
    assert wrong == [], "\n".join(wrong)
