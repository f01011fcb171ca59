"""The API under /api/v1: every room's router, in the order of the chain."""

from contracts.agreements.api import router as contracts
from contracts.audit.api import entry_router
from contracts.audit.api import router as audit
from contracts.monitoring.api import router as monitoring
from contracts.payments.api import router as payments
from contracts.registration.api import router as registrations
from contracts.reports.api import router as reports
from contracts.turnover.api import router as turnover
from listings.catalog import api as listings
from listings.imports import api as imports
from market.accounts.api import invitations_router, keys_router, me_router, people_router
from market.accounts.api import router as organisations
from market.kernel.api import MarketAPI
from market.kernel.endpoints import router as jobs
from market.notices.api import router as notices
from market.reference.api import router as dictionaries
from matching.brokerage.api import introductions
from matching.brokerage.api import router as deals
from matching.matches.api import achievement_router, demand_router, verdict_router
from matching.matches.api import router as matching
from search.find.api import router as search
from search.saved.api import router as searches

api = MarketAPI(
    title="Technology market",
    version="1",
    description="From demand and achievement to the registered contract and the city's figure.",
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api",
)

api.add_router("/me", me_router)
api.add_router("/organisations", organisations)
api.add_router("/invitations", invitations_router)
api.add_router("/people", people_router)
api.add_router("/api-keys", keys_router)
for plural, router in listings.ROUTERS.items():
    api.add_router(f"/{plural}", router)
    api.add_router(f"/{plural}", imports.ROUTERS[plural])
api.add_router("/achievements", achievement_router)
api.add_router("/demands", demand_router)
api.add_router("/search", search)
api.add_router("/searches", searches)
api.add_router("/verdicts", verdict_router)
api.add_router("/matching", matching)
api.add_router("/introductions", introductions)
api.add_router("/deals", deals)
api.add_router("/contracts", contracts)
api.add_router("/payments", payments)
api.add_router("/registrations", registrations)
api.add_router("/turnover", turnover)
api.add_router("/monitoring", monitoring)
api.add_router("/turnover", entry_router)
api.add_router("/audit", audit)
api.add_router("/reports", reports)
api.add_router("/notices", notices)
api.add_router("/jobs", jobs)
api.add_router("/dictionaries", dictionaries)
