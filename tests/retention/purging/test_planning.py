"""Whoever keeps rows can be asked about every model that a purge would end, and texts are not asked for one by one."""

from datetime import date

import pytest
from django.conf import settings as configured
from django.utils import timezone

from retention.purging.planning import Standing
from retention.purging.words import KEYS
from tenancy.encryption.day_shredding import columns_of
from tenancy.isolation import activate

KEEPERS = list(configured.RETENTION_KEEPERS)


@pytest.mark.parametrize("key_kind", KEYS)
def test_every_keeper_can_be_asked_about_every_model_under_a_key(desk, settings, key_kind):
    settings.RETENTION_KEEPERS = KEEPERS
    day = date(2026, 3, 14)
    with activate(desk.organization) as organization:
        standing = Standing(key_kind, day, timezone.now())
        for column in columns_of(key_kind):
            survivors = standing.survivors(column.model)
            if survivors is not None:
                assert not column.naming(organization, day, [b"12345678"]).filter(survivors).exists()
