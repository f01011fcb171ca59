"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path

from market.config.api import api
from market.kernel import health, metrics

urlpatterns = [
    path("api/v1/", api.urls),
    path("livez", health.live),
    path("readyz", health.ready),
    path("metrics", metrics.exposition),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
