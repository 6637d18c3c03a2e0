"""Who is here and what may they do."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Loads the checks that run at every start."""

    name = "accounts"

    def ready(self) -> None:
        from accounts import checks  # noqa: F401 - importing registers them
