"""The running system that journeys walk through: real web server, worker and clock on the tests' databases.

Journeys commit what they make and never empty a table, since a worker is at work on the same rows. Each makes
organizations of its own; that they cannot see each other is what the product promises anyway.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from config.embedded.stack import LocalStack, free_port
from tenancy.encryption import keyring
from tests.tls import Authority

from .browser import NO_BROWSER, chrome, someone
from .demo import demo
from .pages import usual
from .simulated_office import office

__all__ = ["chrome", "demo", "office", "someone", "usual"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """All journeys that miss a browser are told of in one line."""
    report = yield
    if report.skipped and NO_BROWSER in str(report.longrepr):
        report.longrepr = (str(Path(__file__).with_name("browser.py")), None, f"Skipped: {NO_BROWSER}")
    return report


@pytest.fixture(scope="session")
def live_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What web and worker write."""
    return tmp_path_factory.mktemp("live") / "live.log"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority that the running system believes, for servers on loopback that it is to call."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def live_system(django_db_setup: None, live_log: Path, authority: Authority) -> Iterator[str]:
    """Address of the running system, without a slash at its end."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushdb()  # what other tests planned would be carried out by this system's worker
    port = free_port()
    environment = os.environ | {"PUBLIC_BASE_URL": f"http://127.0.0.1:{port}", "DATABASE_POOL": "4"}
    environment |= {"EGRESS_LOOPBACK": "1", "EGRESS_CA_FILE": str(authority.file)}
    stack = LocalStack(
        environment, port=port, clock=live_log.with_name("schedule"), output=lambda name: live_log.open("ab")
    )
    try:
        stack.start()
        stack.wait_until_ready(60)
        yield stack.address
    finally:
        stack.stop()


@pytest.fixture(autouse=True)
def _open_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Journeys look at the database beside the running system, without a transaction around the test.

    Keys that an earlier test made and rolled back are forgotten: the running system could not open what they sealed.
    """
    keyring.forget_everything()
    with django_db_blocker.unblock():
        yield


@pytest.fixture(autouse=True)
def _show_live_log(request: pytest.FixtureRequest, live_log: Path) -> Iterator[None]:
    """A journey that fails shows what the processes wrote meanwhile."""
    start = live_log.stat().st_size if live_log.exists() else 0
    yield
    if live_log.exists():
        with live_log.open("rb") as log:
            log.seek(start)
            request.node.add_report_section("teardown", "live system", log.read().decode(errors="replace"))
