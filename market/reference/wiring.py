"""What is read of the code lists is kept for one request."""

from django.core.signals import request_started

from market.reference import queries


def wire() -> None:
    request_started.connect(queries.forget, dispatch_uid="market.reference.queries.forget")
