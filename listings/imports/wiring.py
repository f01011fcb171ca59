"""An import is a job."""

from listings.imports import services
from market.kernel import jobs


def wire() -> None:
    jobs.register(services.KIND, services.run_import)
