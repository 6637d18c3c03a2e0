"""Whatever a key of a day seals ends with some kind of data, or it says why not."""

from django.apps import apps

from retention.purging.words import ELSEWHERE, FOLLOWERS, KEYS
from retention.subjects import SUBJECTS
from tenancy.encryption import DayKey
from tenancy.encryption.day_shredding import columns_of
from tenancy.encryption.fields import encrypted_fields


def test_every_kind_of_key_of_a_day_ends_with_a_kind_of_data_or_says_why_not():
    used = {
        key.kind
        for model in apps.get_models()
        for field in encrypted_fields(model)
        for key in field.keys
        if isinstance(key, DayKey)
    }
    assert used == KEYS.keys() | ELSEWHERE.keys()


def test_every_model_under_such_a_key_is_counted_or_follows_what_is():
    for key_kind, kind in KEYS.items():
        counted = {subject.model for subject in SUBJECTS[kind]}
        models = {column.model._meta.label for column in columns_of(key_kind)}
        assert models <= counted | FOLLOWERS.keys(), key_kind
        for label in models - counted:
            follower = FOLLOWERS[label]
            assert follower.path is None or follower.lead in counted | {"texting.Conversation"}
