"""What a line of the log may say: a route in the place of an address, since an address may carry a secret."""

import logging


class RouteInsteadOfPath(logging.Filter):
    """Django's own lines name the path of a request, and with it the key of a password reset or of a private feed."""

    def filter(self, record: logging.LogRecord) -> bool:
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        path = getattr(getattr(record, "request", None), "path", None)
        if match is not None and isinstance(record.args, tuple):
            record.args = tuple(match.route if value == path else value for value in record.args)
        return True
