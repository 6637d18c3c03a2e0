"""A real installation that is not safe does not start, and says why."""

import base64
import os
import subprocess
import sys

import pytest

from config.env import PROJECT

KEY = base64.b64encode(b"k" * 32).decode()
SAFE = {
    "PATH": os.environ["PATH"],
    "PARLEY_DATA": "/nonexistent",
    "DATABASE_URL": "postgresql://nobody@/none?host=/nonexistent",
    "KEYS_DATABASE_URL": "postgresql://nobody@/none?host=/nonexistent",
    "REDIS_URL": "unix:///nonexistent/redis.sock",
    "PUBLIC_BASE_URL": "https://text.example.com",
    "ALLOWED_HOSTS": "text.example.com",
    "SECRET_KEY": "x9" + base64.b64encode(os.urandom(48)).decode(),
    "ROOT_KEY": KEY,
    "AUDIT_SIGNING_KEY": KEY,
    "SPOOL_DIR": str(PROJECT),
    "SMTP_HOST": "mail.example.com",
    "MAIL_FROM": "Parley <parley@text.example.com>",
}


def start(module: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in {**SAFE, **changes}.items() if value}
    command = [sys.executable, "-W", "ignore", "-c", f"import {module}"]
    return subprocess.run(
        command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=110
    )


def test_a_safe_installation_starts() -> None:
    done = start("config.asgi")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"ROOT_KEY": "", "AUDIT_SIGNING_KEY": "", "SMTP_HOST": "", "MAIL_FROM": ""},
            ("ROOT_KEY is not set", "AUDIT_SIGNING_KEY is not set", "SMTP_HOST is not set", "MAIL_FROM is not set"),
        ),
        (
            {"SECRET_KEY": "short", "SMTP_TLS": "off", "SMTP_USER": "parley"},
            ("SECRET_KEY", "SMTP_TLS is off", "SMTP_PASSWORD is not"),
        ),
    ],
)
def test_an_unsafe_one_says_all_that_is_missing_and_nothing_else(
    changes: dict[str, str], words: tuple[str, ...]
) -> None:
    done = start("config.asgi", **changes)
    assert done.returncode == 78
    assert "does not start" in done.stderr
    assert [word for word in words if word not in done.stderr] == []
    others = {"ROOT_KEY", "AUDIT_SIGNING_KEY", "SECRET_KEY", "SMTP_HOST", "SMTP_TLS", "MAIL_FROM"} - set(changes)
    assert [name for name in others if f"{name} is" in done.stderr] == []
    assert KEY not in done.stderr


def test_a_local_system_is_not_held_to_it() -> None:
    assert start("config.asgi", PARLEY_LOCAL="1", SECRET_KEY="short").returncode == 0
