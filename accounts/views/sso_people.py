"""Settings > Single sign-on: what people become, which domains are ours, who must use it, who need not."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import teams
from accounts.models import Enforced, SamlMapping, SamlProvider, SsoDomain, Team
from accounts.permissions import MemberRequest, Permission, requires
from accounts.queries import grantable_roles, person
from accounts.saml import configuring, doors, enforcing, linking, showing
from accounts.saml import domains as domain_rules
from accounts.saml.txt_records import LookUpFailed, resolver
from accounts.sso_forms import AttributesForm, DomainForm, EnforceForm, MappingForm, PreviewForm
from accounts.step_up import fresh
from accounts.views.answers import form_page
from tenancy.isolation import activate


@requires(Permission.SSO_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def mappings(request: MemberRequest) -> HttpResponse:
    """Values and what they stand for; a POST only previews what somebody would become."""
    provider = SamlProvider.objects.first()
    if provider is None:
        return redirect("sso_provider")
    preview = PreviewForm(request.POST if request.method == "POST" else None)
    planned = None
    if request.method == "POST" and preview.is_valid():
        planned = showing.preview(preview.cleaned_data["name_id"], preview.cleaned_data["attributes"], provider)
    return _mappings_page(request, provider, preview=preview, planned=planned)


@requires(Permission.SSO_MANAGE)
@fresh
@require_POST
def add_mapping(request: MemberRequest) -> HttpResponse:
    """One more mapping; or, from the other form, in which attributes roles and groups come."""
    provider = SamlProvider.objects.first()
    if provider is None:
        return redirect("sso_provider")
    if "role_attribute" in request.POST:
        attributes = AttributesForm(request.POST, instance=provider)
        if not attributes.is_valid():
            return _mappings_page(request, provider, attributes=attributes)
        configuring.change_options(actor=request.member, options=attributes.cleaned_data)
        return redirect("sso_mappings")
    form = _mapping_form(request, request.POST)
    if not form.is_valid():
        return _mappings_page(request, provider, form=form)
    try:
        configuring.add_mapping(actor=request.member, value=form.cleaned_data["value"], **form.target)
    except configuring.TooManyMappings:
        form.add_error(None, _("There are too many mappings. Remove those that are no longer used."))
        return _mappings_page(request, provider, form=form)
    return redirect("sso_mappings")


@requires(Permission.SSO_MANAGE)
@fresh
@require_POST
def remove_mapping(request: MemberRequest, mapping_id: UUID) -> HttpResponse:
    """The value stands for nothing any more."""
    configuring.remove_mapping(actor=request.member, mapping=showing.access_mapping(mapping_id))
    return redirect("sso_mappings")


def _mapping_form(request: MemberRequest, posted: QueryDict | None = None) -> MappingForm:
    """With the roles and teams that the member could give by hand."""
    own = [team for team in Team.objects.all() if teams.reads(request.member, team)]
    return MappingForm(posted, roles=grantable_roles(request.member), teams=own)


def _mappings_page(
    request: MemberRequest,
    provider: SamlProvider,
    *,
    form: MappingForm | None = None,
    attributes: AttributesForm | None = None,
    preview: PreviewForm | None = None,
    planned: object = None,
) -> HttpResponse:
    found = SamlMapping.objects.select_related("role", "team")
    wrong = next((one for one in (form, attributes, preview) if one is not None and one.is_bound), None)
    shown = form or _mapping_form(request)
    return render(
        request,
        "accounts/sso_mappings.html",
        {
            "form": shown,
            "attributes": attributes or AttributesForm(instance=provider),
            "preview": preview or PreviewForm(),
            "planned": planned,
            "provider": provider,
            "mappings": found,
            "linked": linking.linked_people(),
            "sso_tabs": showing.tabs("sso_mappings"),
        },
        status=422 if wrong is not None and wrong.errors else 200,
    )


@requires(Permission.SSO_MANAGE)
@require_safe
def domains(request: MemberRequest) -> HttpResponse:
    """The e-mail domains of the organization, each with its proof."""
    return _domains_page(request, DomainForm())


@requires(Permission.SSO_MANAGE)
@fresh
@require_POST
def add_domain(request: MemberRequest) -> HttpResponse:
    """Claim a domain; its record is shown."""
    form = DomainForm(request.POST)
    if form.is_valid():
        try:
            domain_rules.claim(actor=request.member, written=form.cleaned_data["domain"])
            return redirect("sso_domains")
        except domain_rules.NotADomain:
            form.add_error("domain", _("This is no domain of one organization. Write it like example.com."))
        except domain_rules.TooManyDomains:
            form.add_error("domain", _("There are too many domains. Remove those that are no longer used."))
    return _domains_page(request, form)


@requires(Permission.SSO_MANAGE, calls_out=True)
@fresh
@require_POST
def check_domain(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    """Ask DNS for the record."""
    with activate(request.member.organization):
        domain = showing.access_domain(request.member, domain_id)
    try:
        found = resolver()(domain_rules.record_name(domain), domain_rules.record_value(domain))
    except LookUpFailed:
        messages.error(request, _("DNS did not answer. Try again in a minute."))
        return redirect("sso_domains")
    with activate(request.member.organization):
        try:
            proved, ended = enforcing.check_domain(actor=request.member, domain=domain, found=found)
        except domain_rules.TakenElsewhere:
            messages.error(request, _("Another organization here has proved this domain. Ask us to look into it."))
            return redirect("sso_domains")
    name = {"domain": domain.domain}
    if proved:
        messages.success(request, _("%(domain)s is proved.") % name)
        if ended:
            text = ngettext("%(count)d session ended.", "%(count)d sessions ended.", ended)
            messages.info(request, text % {"count": ended})
    else:
        messages.error(request, _("The record of %(domain)s is not there yet. DNS may take an hour.") % name)
    return redirect("sso_domains")


@requires(Permission.SSO_MANAGE)
@fresh
@require_POST
def remove_domain(request: MemberRequest, domain_id: UUID) -> HttpResponse:
    """Give a domain up."""
    try:
        domain_rules.remove(actor=request.member, domain=showing.access_domain(request.member, domain_id))
    except domain_rules.StillEnforced:
        messages.error(request, _("Single sign-on is enforced for this domain. End that first."))
    return redirect("sso_domains")


def _domains_page(request: MemberRequest, form: DomainForm) -> HttpResponse:
    rows = SsoDomain.objects.filter(organization=request.member.organization_id)
    shown = [(one, domain_rules.record_name(one), domain_rules.record_value(one)) for one in rows]
    return form_page(request, "accounts/sso_domains.html", form, domains=shown, sso_tabs=showing.tabs("sso_domains"))


@requires(Permission.SSO_MANAGE)
@require_safe
def enforcement(request: MemberRequest) -> HttpResponse:
    """Who must use single sign-on, and which owners may come in without it."""
    door = doors.door_of(request.member.organization_id)
    form = EnforceForm(initial={"whom": door.enforced})
    return _enforcement_page(request, form)


@requires(Permission.SSO_MANAGE)
@fresh
@require_POST
def enforce(request: MemberRequest) -> HttpResponse:
    """Decide it. Sessions that began by password end for those who must use it."""
    form = EnforceForm(request.POST)
    if form.is_valid():
        try:
            ended = enforcing.enforce(actor=request.member, whom=Enforced(form.cleaned_data["whom"]))
            text = ngettext("Saved. %(count)d session ended.", "Saved. %(count)d sessions ended.", ended)
            messages.success(request, text % {"count": ended})
            return redirect("sso_enforcement")
        except enforcing.NotOn:
            form.add_error("whom", _("Switch single sign-on on first, and try it."))
        except enforcing.NobodyCouldEnter:
            form.add_error("whom", _("Choose a break-glass owner first, for the day your provider is down."))
        except enforcing.NoDomain:
            form.add_error("whom", _("Prove a domain first."))
    return _enforcement_page(request, form)


@requires(Permission.SSO_MANAGE)
@fresh
@require_POST
def break_glass(request: MemberRequest, owner_id: UUID) -> HttpResponse:
    """Make an owner a break-glass owner, or no longer."""
    owner = showing.access_owner(request.member, owner_id)
    try:
        if request.POST.get("on") == "1":
            enforcing.add_break_glass(actor=request.member, member=owner)
        else:
            enforcing.remove_break_glass(actor=request.member, member=owner)
    except enforcing.NoSecondFactor:
        messages.error(request, _("%(name)s needs a second factor first.") % {"name": owner.user.name})
    except enforcing.StillEnforced:
        messages.error(request, _("Single sign-on is enforced, so one break-glass owner has to stay."))
    return redirect("sso_enforcement")


@requires(Permission.SSO_MANAGE)
@fresh
@require_POST
def unlink(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Forget by which NameID the provider knows a member; their next sign-in links them anew by their address."""
    found = person(request.member, member_id).member
    linking.unlink(actor=request.member, member=found)
    messages.success(request, _("%(name)s is linked anew at the next sign-in.") % {"name": found.user.name})
    return redirect("sso_mappings")


def _enforcement_page(request: MemberRequest, form: EnforceForm) -> HttpResponse:
    context = {
        "door": doors.door_of(request.member.organization_id),
        "owners": showing.owners(request.member),
        "sso_tabs": showing.tabs("sso_enforcement"),
    }
    return form_page(request, "accounts/sso_enforcement.html", form, **context)
