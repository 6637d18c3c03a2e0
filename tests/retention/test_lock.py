"""What deletes and what keeps take turns in one organization, and never wait for another one."""

from django.db import connection

from retention.lock import deleting_lock
from tenancy.isolation import activate


def held_locks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        return set(cursor.fetchall())


def test_there_is_one_lock_for_each_organization(cast):
    seen = []
    for organization in (cast.organization, cast.other_organization):
        with activate(organization):
            before = held_locks()
            deleting_lock()
            deleting_lock()
            seen.append(held_locks() - before)
    assert [len(locks) for locks in seen] == [1, 1]
    assert seen[0] != seen[1]
