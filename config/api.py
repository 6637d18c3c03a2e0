"""The REST API as a whole: every address below /api/v1/."""

from django.urls import URLPattern, URLResolver, include, path

from config import openapi

urlpatterns: list[URLPattern | URLResolver] = [
    path("openapi.json", openapi.openapi_json, name="openapi"),
    path("", include("accounts.api.urls")),
    path("", include("texting.api.urls")),
    path("", include("compliance.api.urls")),
    path("", include("portal.api.urls")),
]
