"""Addresses of payments: what customers open, what providers call, what members see."""

from django.conf import settings
from django.urls import URLPattern, path

from portal.views import (
    payment_page,
    payment_report,
    payment_requests,
    payment_settings,
    payment_simulator,
    payment_webhook,
)

_SETTINGS = "settings/payments/"
_PAYMENT = "payments/<uuid:payment_id>/"

urlpatterns: list[URLPattern] = [
    path("p/<str:payment_code>", payment_page.payment_page, name="payment_page"),
    path("p/<str:payment_code>/pay", payment_page.payment_pay, name="payment_pay"),
    path("p/<str:payment_code>/again", payment_page.payment_again, name="payment_again"),
    path("paid/<str:token>", payment_page.payment_return, name="payment_return"),
    path("inbox/c/<uuid:conversation_id>/payment/", payment_requests.request_payment, name="request_payment"),
    path(_PAYMENT, payment_requests.payment, name="payment"),
    path(_PAYMENT + "cancel/", payment_requests.cancel_payment, name="cancel_payment"),
    path(_PAYMENT + "refund/", payment_requests.refund_payment, name="refund_payment"),
    path("reports/payments/", payment_report.payments, name="payments"),
    path("reports/payments/export/", payment_report.payments_csv, name="payments_csv"),
    path(_SETTINGS, payment_settings.payment_settings, name="payment_settings"),
    path(_SETTINGS + "stripe/", payment_settings.connect_stripe, name="connect_stripe"),
    path(_SETTINGS + "simulator/", payment_settings.connect_simulator, name="connect_simulator"),
    path(_SETTINGS + "refused/take-in/", payment_settings.take_in_refused, name="take_in_refused"),
    path(_SETTINGS + "refused/discard/", payment_settings.discard_refused, name="discard_refused"),
    path(_SETTINGS + "<uuid:account_id>/change/", payment_settings.change_payments, name="change_payments"),
    path(_SETTINGS + "<uuid:account_id>/disconnect/", payment_settings.disconnect_payments, name="disconnect_payments"),
    path("webhooks/payments/<str:key>", payment_webhook.payment_webhook, name="payment_webhook"),
]

if settings.SIMULATOR_ENABLED:
    urlpatterns.append(
        path("simulated-payment/<str:token>", payment_simulator.simulated_payment, name="simulated_payment")
    )
