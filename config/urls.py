"""Every address. Each view declares who may use it; tests/architecture/test_permissions.py knows them all."""

from django.urls import include, path

from config import health, home, metrics

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("", home.home, name="home"),
    path("counts/", home.counts, name="counts"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("api/v1/", include("config.api")),
    path("metrics", metrics.metrics, name="metrics"),
    path("scim/v2/", include("accounts.scim.urls")),
    path("", include("accounts.urls")),
    path("", include("texting.urls")),
    path("", include("compliance.urls")),
    path("", include("compliance.urls.form_urls")),
    path("", include("portal.secure_urls")),
    path("", include("portal.payment_urls")),
    path("", include("retention.purging.urls")),
    path("", include("retention.hold_urls")),
    path("", include("retention.request_urls")),
    path("", include("retention.closing_urls")),
    path("", include("retention.urls")),
    path("", include("config.developers")),
    path("", include("config.styleguide")),
    path("", include("config.installing")),
]
