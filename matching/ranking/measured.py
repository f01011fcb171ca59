"""interim"""

from typing import Any


def latest() -> dict[str, Any]:
    return {"model": "interim-1", "report": {}, "evaluated_at": None}


def shown() -> dict[str, Any]:
    return latest()
