"""A form before customers with its figures, one that lacks something, and their pages."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from accounts.models import Membership
from compliance.models import FormCount, FormKey, OptInForm
from compliance.opt_in_forms import editing, publishing
from compliance.opt_in_forms.editing import Wish
from tenancy.isolation import activate
from tenancy.models import Organization
from tests.compliance.opt_ins import make_program
from texting.models import Line

PAGES = {"terms_url": "https://harbor.example/sms", "privacy_url": "https://harbor.example/privacy"}


def form_rows(owner: Membership, name: str) -> None:
    """Made once: several journeys share the demo."""
    with activate(owner.organization):
        if OptInForm.objects.exists():
            return
        line = Line.objects.filter(provider="simulator").order_by("created_at")[0]
        programs = (make_program(owner, f"{name} news", **PAGES), make_program(owner, f"{name} tips"))
        wish = Wish(name, line, ("en", "es"), programs[:1], texts={}, wordings={}, colour="#8a1c4a", asks_name=True)
        form = editing.create(actor=owner, wish=wish)
        publishing.publish(actor=owner, form=form, pages_read=True)
        for ago in range(28):
            day = timezone.localdate() - timedelta(days=ago)
            seen = {
                "viewed": 40 + ago * 7 % 23,
                "begun": 11 + ago % 6,
                "submitted": 9 + ago % 5,
                "confirmed": 7 + ago % 4,
            }
            for step, number in seen.items():
                FormCount.objects.create(form=form, day=day, step=step, count=number)
        lacking = Wish(f"{name} 2", line, ("en",), programs[1:], texts={}, wordings={})
        editing.create(actor=owner, wish=lacking)


def form_sights(organization: Organization) -> Iterator[tuple[str, str]]:
    """(name of the page, its path)."""
    forms = "/settings/forms/"
    yield from (("forms", forms), ("form-new", f"{forms}new/"))
    with activate(organization):
        made = list(OptInForm.objects.order_by("made_at", "pk"))
        keys = dict(FormKey.objects.filter(form_id__in=[form.pk for form in made]).values_list("form_id", "key"))
    for form, which in zip(made, ("form", "form-draft"), strict=False):
        yield which, f"{forms}{form.pk}/"
        yield f"{which}-edit", f"{forms}{form.pk}/edit/"
        if form.state == OptInForm.State.PUBLISHED:
            yield f"{which}-public", f"/forms/{keys[form.pk]}/"
            yield f"{which}-thanks", f"/forms/{keys[form.pk]}/thanks/"
