"""The pages behind an invitation's link."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import invitations, signing_in
from accounts.forms import NewPasswordForm, PasswordForm
from accounts.models import Invitation
from accounts.origins import origin_of
from accounts.permissions import public
from accounts.recovering_forms import PasswordAndCodesForm
from accounts.saml.confinement import began_by_sso
from accounts.sessions import SessionStore, key_hash
from accounts.throttling import TooManyAttempts
from accounts.views.answers import form_page, too_many
from tenancy import rates

IN_SESSION = "invitation"
CODES_TRIED = 10  # an hour


@public
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Remember in the session which link was opened (its hash) and go on without the token, so that it stands in no
    form's address, no log line and no `Referer`.
    """
    hashed = key_hash(token)
    if invitations.open_invitation(hashed) is not None:
        request.session[IN_SESSION] = hashed.hex()
    else:
        request.session.pop(IN_SESSION, None)
    return redirect("join")


@public
@sensitive_post_parameters("password", "new_password", "repeated", "codes")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponseBase:
    """Choose a password, or prove who one is: by the password that somebody has (or first resets where they work), or
    by being signed in here already. A used or old link says so.
    """
    page = "accounts/join.html"
    invitation = invitations.open_invitation(bytes.fromhex(request.session.get(IN_SESSION, "")))
    if invitation is None:
        return render(request, "accounts/join_closed.html", status=404)
    user = invitation.membership.user
    shown = {"invitation": invitation, "user": user, "organization": invitation.membership.organization}
    data = request.POST if request.method == "POST" else None
    form = _form(request, invitation, data)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, page, form, **shown)
    try:
        return _proved_and_in(request, form, invitation) or form_page(request, page, form, **shown)
    except TooManyAttempts as refused:
        return too_many(request, page, form, refused, **shown)


def _proved_and_in(request: HttpRequest, form: Form, invitation: Invitation) -> HttpResponseBase | None:
    """None when something that was typed is wrong; the form says what. Raises TooManyAttempts."""
    if not _proved(request, form, invitation):
        form.add_error("password", _("This is not the password of this address."))
        return None
    try:
        return _accept(request, form, invitation)
    except invitations.WrongCodes:
        text = _("These are not the codes of all your other organizations. Ask each for its own.")
        form.add_error("codes" if "codes" in form.fields else None, text)
        return None


def _accept(request: HttpRequest, form: Form, invitation: Invitation) -> HttpResponseBase:
    codes, new_password = form.cleaned_data.get("codes", ""), form.cleaned_data.get("new_password")
    if invitation.recovery_id is not None:
        allowance = rates.spend(f"codes of others:{invitation.pk}", limit=CODES_TRIED, per_seconds=3600)
        if not allowance.allowed:
            raise TooManyAttempts(int(allowance.retry_after or 60) + 1)
    if invitations.accept(invitation=invitation, new_password=new_password, codes=codes) is None:
        return render(request, "accounts/join_closed.html", status=404)
    del request.session[IN_SESSION]
    if _is_here(request, invitation):
        text = _("You belong to %(name)s too. Choose it at the top left.")
        messages.success(request, text % {"name": invitation.membership.organization.name})
        return redirect("home")
    messages.success(request, _("You are in. Sign in to begin."))
    return redirect("sign_in")


def _form(request: HttpRequest, invitation: Invitation, data: QueryDict | None) -> Form:
    """What is asked of the person; a form without fields when nothing has to be."""
    if invitations.chooses_password(invitation):
        if invitation.recovery_id is not None:
            return PasswordAndCodesForm(data, user=invitation.membership.user)
        return NewPasswordForm(data, user=invitation.membership.user)
    return Form(data) if _is_here(request, invitation) else PasswordForm(data)


def _is_here(request: HttpRequest, invitation: Invitation) -> bool:
    """Whether this browser is signed in as the person who is invited, with every factor that they need there."""
    member = getattr(request, "member", None)
    if member is None or member.user_id != invitation.membership.user_id:
        return False
    store = SessionStore.of(request)
    if began_by_sso(store):  # the provider of one organization does not speak for anybody in another
        return False
    return signing_in.has_shown_enough(store, member.user)


def _proved(request: HttpRequest, form: Form, invitation: Invitation) -> bool:
    if not isinstance(form, PasswordForm):
        return True
    user = invitation.membership.user
    password = form.cleaned_data["password"]
    return signing_in.prove_password(user=user, password=password, origin=origin_of(request))
