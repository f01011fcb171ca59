"""What granian serves: the WSGI application behind the gateway that reads bodies and bounds them."""

from django.conf import settings

from market.config.wsgi import application as wsgi
from market.kernel.gateway import Gateway

application = Gateway(
    wsgi,
    body_bytes=settings.MAX_BODY_BYTES,
    stranger_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
    session_cookie=settings.SESSION_COOKIE_NAME,
    threads=settings.WEB_THREADS,
)
