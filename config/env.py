"""Typed reading of the environment: the only module that looks at `os.environ` for settings.

Every function names one variable, returns a checked value and refuses a bad one with `ImproperlyConfigured` and one
sentence that names the variable. A value can be given directly (`NAME`) or, for secrets, as a file (`NAME_FILE`), which
is how container platforms and systemd hand secrets over.

Beside a system started by `manage.py up`, the other commands (`shell`, `verify_audit`, ...) need the same databases and
secrets. `up` therefore writes `<data folder>/env` for as long as it runs, and the settings begin with `load_local()`.
The data folder is `PARLEY_DATA`, or `var` beside `manage.py`.
"""

import base64
import binascii
import os
from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PROJECT = Path(__file__).resolve().parent.parent

taken_over: set[str] = set()  # the variables that `load_local` has set

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})

# libpq parameters that may stand in a database address; a misspelt one must not be dropped in silence.
# https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-PARAMKEYWORDS
# A network that swallows packets is noticed within about ten seconds, also while an answer is waited for: without these
# a thread would wait for minutes. They hold on TCP only; a unix socket has no network. The address may say otherwise.
TCP_WATCH: Mapping[str, int] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,  # seconds of silence until the other end is asked for a sign of life
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds for which what was sent may stay without a receipt
}
CONNECTION_PARAMETERS = frozenset(
    {
        "application_name",
        "connect_timeout",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "options",
        "sslcert",
        "sslkey",
        "sslmode",
        "sslrootcert",
        "target_session_attrs",
        "tcp_user_timeout",
    }
)


def local_data_folder() -> Path:
    """The folder in which `manage.py up` keeps everything, unless it is told another one."""
    return Path(os.environ.get("PARLEY_DATA") or PROJECT / "var").resolve()


def load_local() -> None:
    """Take over the environment of a running local system; does nothing when `DATABASE_URL` is set or none runs."""
    if os.environ.get("DATABASE_URL"):
        return
    try:
        lines = (local_data_folder() / "env").read_text().splitlines()
    except OSError:
        return  # none runs, or it belongs to another account: whoever connects is told that DATABASE_URL is not set
    for line in lines:
        name, separator, value = line.partition("=")
        if separator and name not in os.environ:
            os.environ[name] = value
            taken_over.add(name)


def text(name: str, default: str | None = None) -> str:
    """The variable as it stands; without a default it must be set and not empty."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set.")
    return default


def flag(name: str, default: bool = False) -> bool:
    """A yes or no: 1, true, yes, on or 0, false, no, off."""
    if name not in os.environ:
        return default
    value = os.environ[name].strip().lower()
    if value in TRUE_WORDS:
        return True
    if value in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {os.environ[name]!r}.")


def only_on_local_systems(*names: str, local: bool) -> None:
    """Refuse variables that open what must stay closed in production."""
    for name in names:
        if os.environ.get(name) and not local:
            raise ImproperlyConfigured(f"{name} is for trials on a local system only; take it away.")


def number(name: str, default: int, *, minimum: int | None = None, maximum: int | None = None) -> int:
    """A whole number within the given bounds (both included)."""
    raw = os.environ.get(name, "").strip()
    try:
        value = int(raw) if raw else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.") from None
    if minimum is not None and value < minimum:
        raise ImproperlyConfigured(f"{name} must be at least {minimum}, not {value}.")
    if maximum is not None and value > maximum:
        raise ImproperlyConfigured(f"{name} must be at most {maximum}, not {value}.")
    return value


def choice(name: str, choices: Sequence[str], default: str) -> str:
    """One of a few words."""
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def mail_sender(name: str, default: str) -> str:
    """`Name <box@example.com>` or the bare address, on one line of ASCII."""
    value = text(name, default)
    _, address = parseaddr(value)
    box, _, domain = address.rpartition("@")
    if not (box and domain and value.isprintable() and value.isascii() and " " not in address):
        raise ImproperlyConfigured(f"{name} must look like Parley <parley@text.example.com>, not {value!r}.")
    return value


def mail_address(name: str) -> str:
    """A bare address on one line of ASCII, in small letters; "" when it is not set."""
    value = text(name, "").lower()
    box, _, domain = value.rpartition("@")
    if value and not (box and domain and value.isprintable() and value.isascii() and not set(value) & set(' <>"+,')):
        raise ImproperlyConfigured(f"{name} must look like replies@in.example.com, not {value!r}.")
    return value


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """A list, written with commas between its entries."""
    entries = [entry.strip() for entry in os.environ.get(name, "").split(",")]
    return [entry for entry in entries if entry] or list(default)


def secret(name: str) -> str:
    """`NAME`, or the contents of the file `NAME_FILE` without its last line end; "" when neither is set.

    A missing secret does not stop the import of settings, since small commands need none; whoever uses it refuses.
    """
    value, path = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if value and path:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; set one of them.")
    if not path:
        return value
    try:
        value = Path(path).read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {reason}.") from None
    if not value:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which is empty.")
    return value


def key(name: str, length: int = 32) -> bytes:
    """A secret of exactly `length` bytes, written in base64; b"" when it is not set."""
    value = secret(name)
    if not value:
        return b""
    try:
        decoded = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ImproperlyConfigured(f"{name} must be {length} bytes in base64.") from None
    if len(decoded) != length:
        raise ImproperlyConfigured(f"{name} must be {length} bytes in base64, not {len(decoded)} bytes.")
    return decoded


def base_url(name: str, default: str) -> str:
    """An http or https address without path, query and last slash: `https://text.example.com`."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} must look like https://text.example.com, not {value!r}.")
    return value


def redis_url(name: str, default: str) -> str:
    """`redis://`, `rediss://` or `unix://`; databases and credentials as redis-py reads them."""
    value = text(name, default)
    if urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured(f"{name} must begin with redis://, rediss:// or unix://.")
    return value


def celery_broker_url(address: str) -> str:
    """The same Redis server as Celery writes it: kombu calls a unix socket `redis+socket://`."""
    return "redis+socket://" + address.removeprefix("unix://") if address.startswith("unix://") else address


def database(name: str, *, pool: int | None = None) -> dict[str, Any]:
    """An entry of `DATABASES` from `postgresql://user:password@host:port/name?sslmode=...`.

    A unix socket is written as `postgresql://user@/name?host=/folder/of/the/socket`. `pool` is the greatest number of
    connections of one process (default: `DATABASE_POOL`, else 10); 0 means one connection a thread and no pool.
    `CONN_MAX_AGE` is 0 because the pool keeps the connections.

    Without the variable the entry names a server that cannot exist, so that settings can be imported and the first
    query fails with the variable's name in its message.
    """
    entry: dict[str, Any] = {
        "ENGINE": "config.postgresql",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {},
    }
    address = os.environ.get(name, "").strip()
    if not address:
        return entry | {"NAME": "none", "HOST": f"/{name} is not set"}
    entry |= _parse_database(name, address)
    size = number("DATABASE_POOL", 10, minimum=0, maximum=1000) if pool is None else pool
    if size:
        # A request that finds no free connection for five seconds fails; waiting longer would take the whole site down.
        # While the server refuses connections nobody waits (`config.postgresql.pool`).
        entry["OPTIONS"]["pool"] = {"min_size": 1, "max_size": size, "timeout": 5}
    return entry


def _parse_database(name: str, address: str) -> dict[str, Any]:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{name} is not an address that can be read.") from None
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must begin with postgresql:// (no other database is supported).")
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    host = parameters.pop("host", "") or unquote(parts.hostname or "")
    if unknown := sorted(set(parameters) - CONNECTION_PARAMETERS):
        raise ImproperlyConfigured(f"{name} has the parameter {unknown[0]!r}, which is not known.")
    database_name = unquote(parts.path.lstrip("/"))
    if not database_name:
        raise ImproperlyConfigured(f"{name} does not name a database; it ends in /name.")
    return {
        "NAME": database_name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or ""),
        "OPTIONS": {**TCP_WATCH, **parameters},
    }
