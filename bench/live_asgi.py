"""Our pages and the view of `bench.live_contestants` under Django's own ASGI handler."""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_asgi_application()
settings.ROOT_URLCONF = "bench.live_contestants"
