"""The second step of signing in: show a factor, or set one up and do nothing else before."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts import signing_in
from accounts.factors import steps
from accounts.factors.ways import WEAK
from accounts.permissions import public
from accounts.sessions import SessionStore
from accounts.views.adding import SetUp, set_up
from accounts.views.entering import acting_member, finish, half_way, kept_from_setting_up, with_next
from accounts.views.showing import Question, ask


@public
@require_http_methods(["GET", "HEAD", "POST"])
def ask_second_factor(request: HttpRequest) -> HttpResponseBase:
    """One of the person's own ways; without one that counts on to its set-up. For half signed-in people and for members
    who now need one.
    """
    member = half_way(request)
    if member is None:
        return redirect("home" if acting_member(request) else "sign_in")
    step = steps.next_step(member, SessionStore.of(request).factors)
    if step.is_done:
        return redirect("home")
    if not step.show:
        return redirect(with_next("set_up_second_factor", request))
    shown = {"remember_days": step.rules.remember_days}
    answer = ask(request, Question(member, step.show, "accounts/second_factor.html", shown))
    if isinstance(answer, HttpResponseBase):
        return answer
    return finish(request, member, answer, remember=bool(request.POST.get("remember")))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def set_up_second_factor(request: HttpRequest) -> HttpResponseBase:
    """The set-up that people are led through who have nothing that counts, before they can do anything else."""
    member = half_way(request)
    if member is None:
        return redirect("home" if acting_member(request) else "sign_in")
    step = steps.next_step(member, SessionStore.of(request).factors)
    if not step.set_up:
        return redirect(with_next("second_factor", request))
    elsewhere = kept_from_setting_up(request, member)
    if elsewhere is not None:
        return elsewhere
    administers = not set(step.rules.allowed) & WEAK
    shown = {"administers": administers, "had_weaker": len(SessionStore.of(request).factors) > 1}
    way = set_up(request, SetUp(member, step.set_up, "accounts/set_up_second_factor.html", shown))
    if isinstance(way, HttpResponseBase):
        return way
    signing_in.record_set_up(member.user, way)
    return finish(request, member, way, is_new=True)
