"""What opens the inner network is refused outside local trials, and a slip in the settings stops the start."""

from ipaddress import ip_network

import pytest
from django.core.exceptions import ImproperlyConfigured

from tenancy.checks import egress_is_set_right
from tenancy.egress import policy


def test_nothing_is_open_by_default(settings):
    assert policy.current() == policy.Policy(policy.Reach())
    assert egress_is_set_right(None) == []


@pytest.mark.parametrize(("name", "value"), [("EGRESS_LOOPBACK", True), ("EGRESS_CA_FILE", "/authority.pem")])
def test_what_is_for_trials_is_refused_in_production(settings, name, value):
    setattr(settings, name, value)
    assert egress_is_set_right(None) == []
    settings.LOCAL = False
    assert [error.id for error in egress_is_set_right(None)] == ["tenancy.E005"]
    with pytest.raises(ImproperlyConfigured):
        policy.current()


def test_own_networks_and_a_proxy_are_read(settings):
    settings.EGRESS_DENIED = ["93.184.215.0/24", "2a00:1450::/32"]
    settings.EGRESS_PROXY = "http://proxy.example.com:4750/"
    found = policy.current()
    assert found.reach.denied == (ip_network("93.184.215.0/24"), ip_network("2a00:1450::/32"))
    assert found.proxy == ("proxy.example.com", 4750)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EGRESS_DENIED", ["our network"]),
        ("EGRESS_DENIED", ["93.184.215.14/24"]),
        ("EGRESS_PROXY", "proxy.example.com"),
        ("EGRESS_PROXY", "https://proxy.example.com:4750"),
        ("EGRESS_PROXY", "http://proxy.example.com"),
        ("EGRESS_PROXY", "http://user:secret@proxy.example.com:4750"),
        ("EGRESS_PROXY", "http://proxy.example.com:99999"),
        ("EGRESS_PROXY", "http://proxy.example.com:4750/path"),
    ],
)
def test_a_slip_is_an_error_at_the_start(settings, name, value):
    setattr(settings, name, value)
    (error,) = egress_is_set_right(None)
    assert name in error.msg
    assert "secret" not in error.msg
