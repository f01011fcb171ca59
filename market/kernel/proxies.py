"""Who stands behind a proxy, where the proxy is one of ours.

`X-Forwarded-For` is the sender's word, except for what a trusted proxy added to its end: read from there, the first
address that is no trusted proxy is the client.
"""

from collections.abc import Callable
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDING_HEADERS = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
SCHEME_HEADER = "HTTP_X_FORWARDED_PROTO"


class ProxyMiddleware:
    """Makes `REMOTE_ADDR` the client's address, for every limit, log and audit row; stands before all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        peer = request.META.get("REMOTE_ADDR", "")
        if is_trusted(peer):
            request.META["REMOTE_ADDR"] = client_of(request.META.get("HTTP_X_FORWARDED_FOR", ""), peer)
        elif settings.TRUSTED_PROXIES:
            request.META.pop(SCHEME_HEADER, None)
        return self.get_response(request)


def client_of(forwarded_for: str, peer: str) -> str:
    """The last address that is no trusted proxy; the proxy itself where it names none that can be read."""
    found = peer
    for word in reversed(forwarded_for.split(",")):
        address = word.strip()
        if not _is_address(address):
            break
        found = address
        if not is_trusted(address):
            break
    return found


def is_trusted(address: str) -> bool:
    if not settings.TRUSTED_PROXIES or not _is_address(address):
        return False
    found = ip_address(address)
    return any(found in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


def is_forwarded(request: HttpRequest) -> bool:
    """Whether any proxy, trusted or not, says that it passes the request on."""
    return any(name in request.META for name in FORWARDING_HEADERS)


@cache
def _networks(names: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(name, strict=False) for name in names)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
