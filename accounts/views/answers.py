"""How every form page of accounts answers."""

from typing import Any

from django.forms import BaseForm, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.throttling import TooManyAttempts


def form_page(request: HttpRequest, template: str, form: BaseForm, **context: Any) -> HttpResponse:
    """The page with its form: 422 when the form was sent and is wrong, so that htmx and browsers alike show it."""
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, {"form": form, **context}, status=status)


def too_many(request: HttpRequest, template: str, form: Form, refused: TooManyAttempts, **context: Any) -> HttpResponse:
    """429 with the time to wait, in words and in `Retry-After`."""
    form.add_error(None, wait_sentence(refused.seconds))
    response = render(request, template, {"form": form, **context}, status=429)
    response["Retry-After"] = str(refused.seconds)
    return response


def wait_sentence(seconds: int) -> str:
    """What a person is told who tries too often."""
    if seconds < 60:
        wait = ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    else:
        minutes = -(-seconds // 60)
        wait = ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    return _("Too many attempts. Wait %(wait)s, then try again.") % {"wait": wait}
