"""Spanish is longer than English by a fifth: everything fits all the same, on a phone and on a small screen.

A run walks over pages that differ in how they are built; `EVERY_PAGE=1` over all of them, which takes minutes.
"""

import os

import pytest

from accounts.models import User

from .browser import MakePerson, needs_browser
from .fitting import unfitting
from .pages import State

pytestmark = needs_browser

LOOKED_AT = frozenset(
    {
        *(
            "inbox",
            "thread",
            "refusal",
            "notifications",
            "escalation",
            "escalation-hours",
            "automation-new",
            "scheduled",
        ),
        *(
            "announcement-new",
            "review-checks",
            "contacts",
            "contact",
            "work-volumes",
            "work-answers",
            "people",
            "lines",
        ),
        *("retention", "developers", "account"),
    }
)


def test_spanish_fits_on_a_phone_and_a_small_screen(usual: State, someone: MakePerson) -> None:
    User.objects.filter(pk=usual.member.user_id).update(language="es")
    try:
        page = someone().let_in(usual.member).page
        found, walked = [], set()
        for name, path in usual.sights():
            if os.environ.get("EVERY_PAGE") or name in LOOKED_AT:
                page.goto(path)
                walked.add(name)
                assert page.locator("html").get_attribute("lang") == "es"
                found += [f"{name} at {one}" for one in unfitting(page)]
    finally:
        User.objects.filter(pk=usual.member.user_id).update(language="")
    assert walked >= LOOKED_AT, "a page has another name now"
    assert not found, "\n".join(found)


WHOLE = "<!doctype html><title>Words</title><style>body {{ margin: 0 }} {}</style>{}"


@pytest.mark.parametrize(
    ("style", "html", "told"),
    [
        ("p { width: 500px }", "<p>Mensajes</p>", "the page is 500 px wide"),
        ("button { width: 60px; overflow: hidden }", "<button>Automatizaciones</button>", "needs"),
        ("span { display: block; width: 40px; overflow: clip }", "<button><span>Automatizar</span></button>", "needs"),
        ("label { display: block; width: 60px; overflow-wrap: anywhere }", "<label>Consentimiento</label>", "broken"),
        ("a { margin-left: -30px }", "<button>Guardar</button><a href=x>Cancelar</a>", "over each"),
        ("", "<button>Guardar</button> <a href=x>Cancelar</a><h1>Uno dos tres</h1>", ""),
        ("div { width: 90px; overflow-x: auto; white-space: nowrap }", "<div><a href=x>Uno dos tres</a></div>", ""),
        ("nav { position: fixed; bottom: 0 }", "<nav><a href=x>Uno</a></nav><p style='height: 3000px'>Dos", ""),
    ],
)
def test_what_does_not_fit_is_seen(someone: MakePerson, style: str, html: str, told: str) -> None:
    page = someone().page
    page.set_content(WHOLE.format(style, html))
    found = unfitting(page, ["phone"])
    assert bool(found) is bool(told), found
    assert told in "".join(found)
