"""Addresses of the question after a conversation, and of its report."""

from django.urls import path

from compliance.views import satisfaction

urlpatterns = [
    path("settings/satisfaction/", satisfaction.satisfaction, name="satisfaction"),
    path("settings/satisfaction/<uuid:team_id>/", satisfaction.change, name="change_satisfaction"),
    path("reports/satisfaction/", satisfaction.report, name="satisfaction_report"),
    path("reports/satisfaction/csv/", satisfaction.report_csv, name="satisfaction_csv"),
]
