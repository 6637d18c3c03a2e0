"""Looked at by `manage.py check --deploy`: whether texts are read at full speed."""

from typing import Any

from django.core import checks

from compliance.compiled import in_use


@checks.register(deploy=True)
def texts_are_read_by_compiled_modules(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """compliance.I001 says which modules look at texts; either find the same."""
    if in_use():
        return [checks.Info("Texts are looked at by compiled modules.", id="compliance.I001")]
    return [
        checks.Info(
            "Texts are looked at by modules as they are written, which takes about twice the time.",
            hint="`make compiled` compiles them, where there is a C compiler.",
            id="compliance.I001",
        )
    ]
