"""The WSGI application; granian serves it through `asgi`."""

import os

from django.core.wsgi import get_wsgi_application

from market.kernel.serving import require_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.config.settings")

require_settings()
application = get_wsgi_application()

from market.config import preloading  # noqa: E402  its rooms need the setup

preloading.load()
