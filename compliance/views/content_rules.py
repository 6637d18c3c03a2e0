"""Settings > Types of texts: what happens to each type, which links may go, and the history of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import MemberRequest, Permission, requires
from accounts.step_up import fresh
from compliance.content_types import changing_rules
from compliance.content_types.changing_rules import CannotChange
from compliance.content_types.rules import decided
from compliance.forms.content_forms import ContentForm, initial_of


@requires(Permission.ORGANIZATION_MANAGE)
@require_safe
def content_rules(request: MemberRequest) -> HttpResponse:
    """What holds now."""
    return _page(request, ContentForm(initial=initial_of(decided())))


@requires(Permission.ORGANIZATION_MANAGE)
@fresh
@require_POST
def save_content_rules(request: MemberRequest) -> HttpResponse:
    """Change it. 422 with what is wrong."""
    form = ContentForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        changed = changing_rules.change(member=request.member, wanted=form.wanted)
    except CannotChange as error:
        form.add_error(None, str(error))
        return _page(request, form)
    messages.success(request, _("Saved. It holds for the next text.") if changed else _("As before."))
    return redirect("content_rules")


def _page(request: MemberRequest, form: ContentForm) -> HttpResponse:
    context = {"form": form, "history": changing_rules.history()}
    return render(request, "compliance/content_types/rules.html", context, status=422 if form.errors else 200)
