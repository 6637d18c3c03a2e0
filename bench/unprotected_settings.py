"""Settings of a web process that protects nothing: what `bench.security` compares with. For benchmarks only."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "bench.unprotected.Unprotected"]  # noqa: F405
