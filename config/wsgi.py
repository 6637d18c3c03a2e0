"""Pages and API as a WSGI application, for servers that serve the live stream elsewhere."""

import os

from django.core.wsgi import get_wsgi_application

from config.starting import refuse_if_unsafe

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
refuse_if_unsafe()
