"""The API under /api/v1: every room's router, in the order of the chain."""

from market.kernel.api import MarketAPI
from market.kernel.endpoints import router as jobs
from market.reference.api import router as dictionaries

api = MarketAPI(
    title="Technology market",
    version="1",
    description="From demand and achievement to the registered contract and the city's figure.",
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api",
)

api.add_router("/jobs", jobs)
api.add_router("/dictionaries", dictionaries)
