"""The day of an organization's end comes, as nobody but the owner of the tables can make it come (0309)."""

from functools import cache

import psycopg
from django.db import connection

from config.embedded.postgres import OWNER

EARLIER = """
CREATE OR REPLACE FUNCTION tests_let_its_day_pass() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    UPDATE public.retention_closing
    SET ends_at = least(ends_at, now() - interval '1 day')
$$
"""


def let_its_day_pass() -> None:
    """Of the active organization's closing, in the running transaction."""
    _made()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tests_let_its_day_pass()")


@cache
def _made() -> None:
    settings = connection.settings_dict
    with psycopg.connect(host=settings["HOST"], dbname=settings["NAME"], user=OWNER) as owner:
        owner.execute(EARLIER)
