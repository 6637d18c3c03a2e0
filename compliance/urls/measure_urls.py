"""Addresses of the register of measures."""

from django.urls import path

from compliance.views import measure_answers, measure_evidence, measure_profiles, measures

_MEASURES = "settings/measures/"
_PROFILE = _MEASURES + "profiles/<slug:profile_key>/"
_EVIDENCE = _MEASURES + "evidence/<slug:evidence_key>/"
_MEASURE = _MEASURES + "law/<slug:measure_key>/"

urlpatterns = [
    path(_MEASURES, measures.measures, name="measures"),
    path(_MEASURES + "questions/", measure_answers.measure_answers, name="measure_answers"),
    path(_MEASURES + "profiles/", measure_profiles.measure_profiles, name="measure_profiles"),
    path(_PROFILE, measure_profiles.measure_profile, name="measure_profile"),
    path(_PROFILE + "leave/", measure_profiles.leave_profile, name="leave_profile"),
    path(_EVIDENCE, measure_evidence.measure_evidence, name="measure_evidence"),
    path(_EVIDENCE + "csv/", measure_evidence.evidence_csv, name="evidence_csv"),
    path(_MEASURE, measures.measure, name="measure"),
    path(_MEASURE + "owner/", measures.measure_owner, name="measure_owner"),
    path(_MEASURE + "sign/", measures.sign_measure, name="sign_measure"),
    path(_MEASURE + "reviews/<uuid:measure_review_id>/", measures.measure_review, name="measure_review"),
]
