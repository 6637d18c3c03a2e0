"""Making, copying, changing and deleting roles."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import queries, role_editing
from accounts.models import Role
from accounts.permissions import MemberRequest, Permission, require, requires
from accounts.role_forms import DeleteRoleForm, RoleForm
from accounts.step_up import fresh
from accounts.views.answers import form_page
from accounts.views.roles import copy_of


@requires(Permission.ROLES_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def new_role(request: MemberRequest) -> HttpResponse:
    """A new role, empty or as a copy (`from` names the role)."""
    original = _original(request)
    initial = {}
    if original is not None:
        name = _("Copy of %(name)s") % {"name": original.name}
        initial = {"name": name[:40], **copy_of(original, request.member.permissions)}
    form = RoleForm(request.POST if request.method == "POST" else None, initial=initial, member=request.member)
    if form.is_valid():
        try:
            role = role_editing.create_role(actor=request.member, wish=form.wish)
        except role_editing.NameTaken:
            form.add_error("name", _("This name is taken. Choose another one."))
        else:
            messages.success(request, _("%(name)s is made. Give it to somebody on their page.") % {"name": role.name})
            return redirect("role", role_id=role.pk)
    return form_page(request, "accounts/new_role.html", form, original=original)


@requires(Permission.ROLES_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def edit_role(request: MemberRequest, role_id: UUID) -> HttpResponse:
    """Change a role: first what it does to people is shown, then it is saved."""
    role = _own_role(request, role_id)
    now = {
        "name": role.name,
        "description": role.description,
        "permissions": sorted(one.value for one in role.granted),
        "seen": role_editing.state_of(role),
    }
    form = RoleForm(request.POST if request.method == "POST" else None, initial=now, member=request.member)
    step = request.POST.get("step", "")
    if not form.is_valid() or step not in {"preview", "save"}:
        return form_page(request, "accounts/edit_role.html", form, role=role)
    if step == "preview":
        context = {"form": form, "role": role, "preview": role_editing.preview(role, form.wish)}
        return render(request, "accounts/preview_role.html", context)
    try:
        role_editing.edit_role(actor=request.member, role=role, wish=form.wish, seen=form.cleaned_data["seen"])
    except role_editing.NameTaken:
        form.add_error("name", _("This name is taken. Choose another one."))
        return form_page(request, "accounts/edit_role.html", form, role=role)
    except role_editing.ChangedMeanwhile:
        messages.warning(request, _("Somebody has changed this role meanwhile. Look at it again."))
        return redirect("edit_role", role_id=role_id)
    messages.success(request, _("Saved. It counts from everybody's next click on."))
    return redirect("role", role_id=role_id)


@requires(Permission.ROLES_MANAGE)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def delete_role(request: MemberRequest, role_id: UUID) -> HttpResponse:
    """Delete a role; whoever holds it gets another one."""
    role = _own_role(request, role_id)
    others = [one for one in queries.grantable_roles(request.member) if one.pk != role.pk]
    form = DeleteRoleForm(request.POST if request.method == "POST" else None, roles=others)
    holders = queries.holders(role)
    if form.is_valid():
        try:
            role_editing.delete_role(actor=request.member, role=role, instead=form.cleaned_data["instead"])
        except role_editing.Held:
            form.add_error("instead", _("Choose what these people get instead."))
        except role_editing.GivenFromOutside:
            form.add_error(
                None, _("Single sign-on or your directory gives people this role. Choose another one there first.")
            )
        except role_editing.AskedForFactor:
            form.add_error(
                None, _("Its holders are asked for a second factor. Choose other roles under Second factors first.")
            )
        except role_editing.ChangedMeanwhile:
            messages.warning(request, _("Somebody has changed this role meanwhile. Look at it again."))
            return redirect("roles")
        else:
            messages.success(request, _("%(name)s is deleted.") % {"name": role.name})
            return redirect("roles")
    return form_page(request, "accounts/delete_role.html", form, role=role, holders=holders)


def _own_role(request: MemberRequest, role_id: UUID) -> Role:
    """A role of the organization's own making. Raises Http404 for the product's own, MissingPermission beyond reach."""
    role = queries.access_role(role_id)
    if role.built_in:
        raise Http404
    require(request.member, *sorted(role.granted))
    return role


def _original(request: MemberRequest) -> Role | None:
    """The role that `from` names."""
    try:
        return queries.access_role(UUID(request.GET["from"])) if "from" in request.GET else None
    except ValueError:
        raise Http404 from None
