"""Every change of a text's status that was ever committed, kept by a trigger that the product does not know."""

import os
from collections.abc import Collection
from urllib.parse import urlsplit
from uuid import UUID

import psycopg

from texting.statuses import RANK, MessageStatus

_KEEP = """
CREATE TABLE IF NOT EXISTS fault_moves (
    at timestamptz DEFAULT clock_timestamp(), message_id uuid, old text, new text, kind text);
GRANT SELECT, INSERT, TRUNCATE ON fault_moves TO parley_app;
CREATE OR REPLACE FUNCTION fault_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO fault_moves (message_id, old, new, kind) VALUES (NEW.id, OLD.status, NEW.status, OLD.error_kind);
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER fault_move AFTER UPDATE ON texting_message
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION fault_move();
"""


def owner() -> psycopg.Connection:
    """A connection of the role that owns the tables."""
    address = os.environ["DATABASE_URL"]
    user = urlsplit(address).username or ""
    return psycopg.connect(address.replace(f"//{user}@", "//parley_owner@", 1), autocommit=True)


def keep() -> None:
    """From now on."""
    with owner() as connection:
        connection.execute(_KEEP)


def forget() -> None:
    """Leave the database as it was."""
    with owner() as connection:
        connection.execute("DROP TRIGGER IF EXISTS fault_move ON texting_message; DROP FUNCTION IF EXISTS fault_move()")
        connection.execute("DROP TABLE IF EXISTS fault_moves")


def falls(texts: Collection[UUID]) -> list[str]:
    """Moves to a lower rank, and from one end to another that `statuses` does not allow."""
    with owner() as connection:
        rows = connection.execute(
            "SELECT message_id, old, new, kind FROM fault_moves WHERE message_id = ANY(%s) ORDER BY at", [list(texts)]
        ).fetchall()
    return [f"{pk} fell from {old} to {new}" for pk, old, new, kind in rows if not _may(old, new, kind)]


def _may(old: str, new: str, kind: str) -> bool:
    before, after = MessageStatus(old), MessageStatus(new)
    if before is MessageStatus.FAILED and kind == "absent":  # only assumed; a proof counts more
        return True
    if (before, after) == (MessageStatus.UNDELIVERED, MessageStatus.DELIVERED):  # when we asked ourselves
        return True
    return RANK[after] > RANK[before]
