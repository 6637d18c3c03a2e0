"""Which database a model lives in. Wrapped keys have one of their own: a backup of texts never holds their keys."""

from typing import Any

KEYS = "keys"


class KeysRouter:
    """Models that say `in_keys_database = True` live in `keys`; everything else in `default`."""

    def _home(self, model: Any) -> str:
        return KEYS if getattr(model, "in_keys_database", False) else "default"

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return self._home(model)

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return self._home(model)

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        return self._home(one) == self._home(other)

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool | None:
        """Row security's function is needed in both databases, so unnamed SQL of `tenancy` runs in both."""
        if app_label != "tenancy":
            return db != KEYS
        if model_name is None:
            return bool(hints.get("database", db) == db)
        return (db == KEYS) == bool(hints.get("in_keys_database", model_name in _KEY_MODELS))


_KEY_MODELS = frozenset({"organizationkey", "datakey", "destroyedkey", "keptform", "keytidying"})
