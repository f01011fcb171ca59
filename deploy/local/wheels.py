"""Where a wheel keeps its files, without importing its package: some start work of their own when imported."""

from importlib.util import find_spec
from pathlib import Path


def folder(package: str) -> Path:
    """The installed package's folder; the `local` dependency group brings it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed: uv sync --group local")
    return Path(spec.origin).parent
