"""Pages and API as a WSGI application, for servers that serve the live stream elsewhere."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from config import collecting
from config.starting import refuse_if_unsafe

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

with collecting.paused():
    application = get_wsgi_application()
    refuse_if_unsafe()
    _pages = get_resolver().url_patterns  # every page's module, which the first visitor would else wait for
