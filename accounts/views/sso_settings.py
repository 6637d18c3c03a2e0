"""Settings > Single sign-on: the provider, its certificates, our keys, options, the test, the log."""

import asyncio
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import RequestKind, SamlProvider
from accounts.permissions import MemberRequest, Permission, requires
from accounts.queries import grantable_roles
from accounts.saml import configuring, doors, own_keys, refreshing, showing
from accounts.saml.certificates import BadCertificate, read_certificate
from accounts.saml.fetching import NotFetched, fetch_metadata
from accounts.saml.metadata_words import certificate_words, metadata_words, not_fetched_words
from accounts.saml.provider_metadata import MOST_CERTIFICATES, BadMetadata, read_metadata
from accounts.sso_forms import CertificateForm, OptionsForm, ProviderForm
from accounts.step_up import fresh
from accounts.views.answers import form_page
from accounts.views.sso import ask_provider
from tenancy.isolation import activate


@requires(Permission.SSO_MANAGE)
@require_safe
def overview(request: MemberRequest) -> HttpResponse:
    """How far it is set up, and what to do next."""
    return _overview(request, CertificateForm())


@requires(*configuring.TRUST, calls_out=True)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def provider(request: MemberRequest) -> HttpResponse:
    """Take over a provider's metadata, pasted or fetched."""
    page = "accounts/sso_provider.html"
    form = ProviderForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _inside(request, form, page)
    url = form.cleaned_data["metadata_url"]
    field = "metadata_url" if url else "metadata"
    try:
        raw = asyncio.run(fetch_metadata(url)) if url else form.cleaned_data["metadata"].strip().encode()
        described = read_metadata(raw)
    except NotFetched as failed:
        form.add_error(field, not_fetched_words(failed.why))
        return _inside(request, form, page)
    except BadMetadata as bad:
        form.add_error(field, metadata_words(bad.why))
        return _inside(request, form, page)
    with activate(request.member.organization):
        configuring.describe(actor=request.member, described=described, metadata_url=url)
    messages.success(request, _("The provider is described. Try it before you switch it on."))
    return redirect("sso")


@requires(*configuring.TRUST)
@fresh
@require_POST
def add_certificate(request: MemberRequest) -> HttpResponse:
    """One more certificate of the provider, beside those that are there."""
    form = CertificateForm(request.POST)
    if form.is_valid():
        try:
            certificate = read_certificate(form.cleaned_data["certificate"])
            configuring.add_certificate(actor=request.member, certificate=certificate)
            messages.success(request, _("The certificate was added. The others still count."))
            return redirect("sso")
        except BadCertificate as bad:
            form.add_error("certificate", certificate_words(bad.why))
        except configuring.TooManyCertificates:
            text = _("There are %(most)d certificates already. Remove one first.") % {"most": MOST_CERTIFICATES}
            form.add_error("certificate", text)
        except configuring.NothingYet:
            return redirect("sso_provider")
    return _overview(request, form)


@requires(Permission.SSO_MANAGE)
@fresh
@require_POST
def remove_certificate(request: MemberRequest, certificate_id: UUID) -> HttpResponse:
    """What is signed with its key is refused from now on."""
    certificate = showing.access_certificate(certificate_id)
    try:
        configuring.remove_certificate(actor=request.member, certificate=certificate)
        messages.success(request, _("The certificate was removed."))
    except configuring.LastCertificate:
        messages.error(request, _("This is the only certificate. Add the new one first."))
    return redirect("sso")


@requires(Permission.SSO_MANAGE)
@fresh
@require_POST
def take_found(request: MemberRequest, found_id: UUID) -> HttpResponse:
    """A certificate that the provider's metadata names counts from now on."""
    try:
        refreshing.take_found(actor=request.member, found=showing.access_found(found_id))
        messages.success(request, _("The certificate counts from now on. The others still count."))
    except configuring.TooManyCertificates:
        text = _("There are %(most)d certificates already. Remove one first.") % {"most": MOST_CERTIFICATES}
        messages.error(request, text)
    return redirect("sso")


@requires(Permission.SSO_MANAGE)
@fresh
@require_POST
def roll_key(request: MemberRequest, step: str) -> HttpResponse:
    """Our own key: `announce` the next, put it in `use`, `drop` the old or the announced one."""
    steps = {"announce": own_keys.announce, "use": own_keys.put_in_use}
    if step not in {*steps, "drop-old", "drop-next"}:
        raise Http404
    try:
        if step in steps:
            steps[step](actor=request.member)
        else:
            own_keys.drop(actor=request.member, key=showing.access_key(step.removeprefix("drop-")))
        messages.success(request, _("Done. Upload our metadata to the provider again."))
    except own_keys.NoSuchStep:
        messages.error(request, _("The keys have changed meanwhile. Look at them again."))
    return redirect("sso")


@requires(Permission.SSO_MANAGE)
@fresh
@require_POST
def switch(request: MemberRequest) -> HttpResponse:
    """Open or close the organization's door."""
    on = request.POST.get("on") == "1"
    try:
        configuring.switch(actor=request.member, on=on)
    except configuring.NothingYet:
        return redirect("sso_provider")
    messages.success(request, _("Single sign-on is on.") if on else _("Single sign-on is off; passwords work."))
    return redirect("sso")


@requires(Permission.SSO_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def options(request: MemberRequest) -> HttpResponse:
    """How strict, for how long, and who may come in."""
    found = SamlProvider.objects.first()
    if found is None:
        return redirect("sso_provider")
    form = OptionsForm(
        request.POST if request.method == "POST" else None, instance=found, roles=grantable_roles(request.member)
    )
    form.fields["trusts_second_factor"].disabled = not (
        found.trusts_second_factor or request.member.may(Permission.OWNERS_MANAGE)
    )
    if request.method != "POST" or not form.is_valid():
        return form_page(request, "accounts/sso_options.html", form, **_frame(request, "sso_options"))
    configuring.change_options(actor=request.member, options=form.cleaned_data)
    messages.success(request, _("Saved. It counts from the next sign-in on."))
    return redirect("sso_options")


@requires(Permission.SSO_MANAGE)
@require_POST
def test(request: MemberRequest) -> HttpResponseBase:
    """A round trip to the provider that signs nobody in."""
    if SamlProvider.objects.first() is None:
        return redirect("sso_provider")
    door = doors.door_of(request.member.organization_id)
    return ask_provider(request, door, RequestKind.TEST, member=request.member)


@requires(Permission.SSO_MANAGE)
@require_safe
def test_result(request: MemberRequest, asked_id: UUID) -> HttpResponse:
    """What came back, what was wrong with it, what it would have done."""
    found = showing.test_result(asked_id)
    return render(request, "accounts/sso_test_result.html", {"result": found, **_frame(request, "sso")})


@requires(Permission.SSO_MANAGE)
@require_safe
def log(request: MemberRequest) -> HttpResponse:
    """The last attempts, each with its reason in plain words."""
    shown = showing.last_attempts(request.member)
    return render(request, "accounts/sso_log.html", {"attempts": shown, **_frame(request, "sso_log")})


def _overview(request: MemberRequest, form: CertificateForm) -> HttpResponse:
    shown = showing.overview(request.member)
    return form_page(request, "accounts/sso.html", form, sso=shown, **_frame(request, "sso"))


def _frame(request: MemberRequest, active: str) -> dict[str, object]:
    return {"sso_tabs": showing.tabs(active)}


def _inside(request: MemberRequest, form: ProviderForm, page: str) -> HttpResponse:
    """The page itself is drawn in the organization: the view stands outside, because it calls out."""
    plain: HttpRequest = request
    with activate(request.member.organization):
        return form_page(plain, page, form, **_frame(request, "sso"))
