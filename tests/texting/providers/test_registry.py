"""Providers are plugged in by settings, and only there."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from texting.providers.base import Credentials
from texting.providers.registry import UnknownProvider, names, provider_for
from texting.providers.simulator import SimulatorProvider
from texting.providers.twilio import TwilioProvider

TWILIO = "texting.providers.twilio.TwilioProvider"
SIMULATOR = "texting.providers.simulator.SimulatorProvider"


@override_settings(TEXTING_PROVIDERS={"twilio": TWILIO, "simulator": SIMULATOR}, SIMULATOR_ENABLED=True)
def test_a_line_gets_the_adapter_that_it_names() -> None:
    assert names() == ["twilio", "simulator"]
    assert isinstance(provider_for("twilio", Credentials()), TwilioProvider)
    assert isinstance(provider_for("simulator", Credentials()), SimulatorProvider)


@override_settings(TEXTING_PROVIDERS={"twilio": TWILIO})
def test_what_is_not_plugged_in_is_unknown() -> None:
    with pytest.raises(UnknownProvider, match="simulator"):
        provider_for("simulator", Credentials())


@override_settings(TEXTING_PROVIDERS={"simulator": SIMULATOR}, SIMULATOR_ENABLED=False)
def test_the_simulator_is_for_trying_only() -> None:
    with pytest.raises(ImproperlyConfigured, match="switched off"):
        provider_for("simulator", Credentials(secret="x"))


@pytest.mark.parametrize(
    "entries",
    [
        {},
        {"twilio": "texting.providers.twilio.Missing"},
        {"twilio": "texting.nowhere.Provider"},
        {"twilio": SIMULATOR},
    ],
)
def test_a_wrong_setting_is_refused_with_a_sentence(entries: dict[str, str]) -> None:
    with override_settings(TEXTING_PROVIDERS=entries), pytest.raises(ImproperlyConfigured, match="TEXTING_PROVIDERS"):
        names()


@override_settings(TEXTING_PROVIDERS={"twilio": TWILIO}, TEXTING_PROVIDER_BASE_URLS={"twilio": "http://127.0.0.1:1"})
def test_a_base_url_comes_from_the_installation_and_from_nowhere_else() -> None:
    stored = Credentials(account="AC1", base_url="http://169.254.169.254")
    provider = provider_for("twilio", stored)
    assert isinstance(provider, TwilioProvider)
    assert provider._credentials == Credentials(account="AC1", base_url="http://127.0.0.1:1")
    with override_settings(TEXTING_PROVIDER_BASE_URLS={}):
        again = provider_for("twilio", stored)
    assert isinstance(again, TwilioProvider)
    assert again._credentials.base_url == ""
