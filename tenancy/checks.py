"""Refuse to run without the wall: `manage.py check --database default --database keys`, and --deploy for the keys."""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections, router

from tenancy.constraints import RowSecurity
from tenancy.egress import policy
from tenancy.routers import KEYS


@register(Tags.database)
def row_security_holds(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Our role is subject to row security, and every table that should be under it is, also for its owner."""
    messages: list[CheckMessage] = []
    for alias in databases or ():
        messages += _tables(alias)
        if "migrate" not in sys.argv[1:2]:  # that is the one thing the owner is for
            messages += _role(alias)
    return messages


def _role(alias: str) -> Iterator[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        name, bypasses = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
            " AND pg_has_role(relowner, 'USAGE')"
        )
        (owned,) = cursor.fetchone()
    hint = "Connect as a role that owns nothing and has neither SUPERUSER nor BYPASSRLS; migrate as another."
    if bypasses:
        yield Error(f"The role {name} bypasses row security in database {alias}.", hint=hint, id="tenancy.E001")
    if owned:
        yield Error(f"The role {name} owns {owned} tables of database {alias}.", hint=hint, id="tenancy.E002")


def _tables(alias: str) -> Iterator[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT relname, relrowsecurity AND relforcerowsecurity"
            " AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)"
            " FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
        walled: dict[str, bool] = dict(cursor.fetchall())
    for model in apps.get_models():
        if not router.allow_migrate_model(alias, model):
            continue
        table = model._meta.db_table
        meant = any(isinstance(constraint, RowSecurity) for constraint in model._meta.constraints)
        if meant and not walled.get(table, True):
            yield Error(f"Row security is not in force on the table {table}.", obj=model, id="tenancy.E003")


@register(deploy=True)
def keys_are_set(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The secrets without which nothing can be stored or signed."""
    names = ("ROOT_KEY", "AUDIT_SIGNING_KEY")
    return [Error(f"{name} is not set.", id="tenancy.E004") for name in names if not getattr(settings, name)]


@register()
def egress_is_set_right(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The settings of calls to members' addresses; what opens the inner network is for local trials only."""
    try:
        policy.current()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="tenancy.E005")]
    return []


@register(Tags.database)
def keys_are_tidied(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """What destroyed keys left was written over within a day, and can be; not asked of a local system."""
    from tenancy.encryption import tidying  # needs the models

    if settings.LOCAL or KEYS not in (databases or ()) or "migrate" in sys.argv[1:2]:
        return []
    try:
        found, late = tidying.obstacles(), tidying.overdue()
    except DatabaseError:  # it has no tables yet
        return []
    messages: list[CheckMessage] = []
    if found:
        words = f"What destroyed keys leave on disk cannot be written over: {'; '.join(found)}."
        messages.append(Warning(words, hint="See docs/operating.md, Keys and the log.", id="tenancy.W001"))
    if late:
        words = "What destroyed keys left on disk was not written over within a day."
        messages.append(
            Warning(words, hint="manage.py tidy_keys does it, or says what is in its way.", id="tenancy.W002")
        )
    return messages
