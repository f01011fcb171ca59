"""Every address of the portal."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from contracts.payments.api import stripe_webhook
from market.config.api import api
from market.config.openapi import openapi
from market.kernel import health, metrics
from market.pages.views import set_language

# One door: the portal's own sign-in, with its limits and its second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
handler400 = "market.kernel.http.bad_request"
handler500 = "market.kernel.http.server_error"
handler404 = "market.kernel.http.unknown_address"

urlpatterns = [
    path("", include("market.pages.urls")),
    path("", include("search.find.urls")),
    path("searches/", include("search.saved.urls")),
    path("", include("listings.catalog.urls")),
    path("", include("matching.matches.urls")),
    path("", include("matching.brokerage.urls")),
    path("contracts/", include("contracts.agreements.urls")),
    path("payments/", include("contracts.payments.urls")),
    path("registrations/", include("contracts.registration.urls")),
    path("monitoring/", include("contracts.monitoring.urls")),
    path("turnover/", include("contracts.turnover.urls")),
    path("audit/", include("contracts.audit.urls")),
    path("reports/", include("contracts.reports.urls")),
    path("exchange/", include("listings.exchange.urls")),
    path("inbox/", include("market.notices.urls")),
    path("organisation/", include("market.accounts.urls")),
    path("api/v1/openapi.json", openapi),  # before ninja's own, which makes the document for each request
    path("calendar/", include("market.reference.urls")),
    path("api/v1/", api.urls),
    path("webhooks/stripe", stripe_webhook, name="stripe-webhook"),
    path("livez", health.live),
    path("readyz", health.ready),
    path("metrics", metrics.exposition),
    path("i18n/setlang/", set_language, name="set_language"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
