"""The catalogues: what is found, what is kept when the code changes, what is refused, what is compiled."""

import ast
import json
import os

import pytest
from django.core.checks import registry
from django.utils.translation import gettext, override

from config.words import __main__ as command
from config.words import compiling, extracting, places
from config.words.catalogues import Entry, bring_up_to_date, entries
from config.words.checks import words_are_compiled
from config.words.compiling import compile_all, not_compiled
from config.words.extracting import BadString, Text, strings_of, template_strings
from config.words.judging import judge, wrong_with

PYTHON = """
from django.utils.translation import gettext as say, gettext_lazy as _, ngettext, pgettext
from django.utils import translation
def told(n, name):
    say("Hello") + _("Long " "words")
    ngettext("%(n)s day", "%(n)s days", n)
    pgettext("month", "May")
    translation.gettext("Also")
    gettext("of somebody else")
    _(name)
"""


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder in the place of the repository."""
    for module in (places, extracting, compiling):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    for area in places.AREAS:
        (tmp_path / area).mkdir()
    return tmp_path


def test_python_is_read_whatever_gettext_is_called():
    found = {text.words + ((text.context,) if text.context else ()) for text in strings_of(ast.parse(PYTHON))}
    assert found == {("Hello",), ("Long words",), ("%(n)s day", "%(n)s days"), ("May", "month"), ("Also",)}


@pytest.mark.parametrize("put_together", ['_(f"{n} days")', '_("a" + name)', '_("%s" % n)'])
def test_words_that_are_put_together_before_they_are_looked_up_are_refused(put_together):
    with pytest.raises(BadString, match=r"shop\.py:2"):
        list(strings_of(ast.parse(f"from django.utils.translation import gettext as _\n{put_together}\n"), "shop.py"))


def test_templates_are_read_within_tags_too():
    found = list(
        template_strings(
            '{% load i18n %}{% translate "One" %}{% button _("Two") %}{{ x|default:_("Three") }}'
            '{% blocktranslate count n=n %}{{ n }} "day"{% plural %}{{ n }} days{% endblocktranslate %}'
            '{% translate "May" context "month" %}{# {% translate "No" %} #}'
            '{% comment %}{% translate "No" %}{% endcomment %}'
        )
    )
    assert found == [
        Text(("One",)),
        Text(("Two",)),
        Text(("Three",)),
        Text(('%(n)s "day"', "%(n)s days")),
        Text(("May",), "month"),
    ]


def test_words_stay_when_what_says_them_moves_and_go_when_nothing_does(elsewhere):
    day = Text(("%(n)s day", "%(n)s days"))
    found = {Text(("Yes",)): ["texting/a.py"], day: ["accounts/b.py", "portal/c.py"]}
    known = {("Yes", ""): Entry(("Sí",), comment="short"), day.key: Entry(("%(n)s día", "%(n)s días"))}
    assert bring_up_to_date(found, known, "es") == ["texting", "config"]
    assert entries("es") == known
    assert bring_up_to_date(found, entries("es"), "es") == []
    moved = {Text(("Yes",)): ["portal/a.py"], Text(("%(n)s days",)): ["portal/c.py"]}
    assert bring_up_to_date(moved, entries("es"), "es") == ["texting", "portal", "config"]
    assert entries("es") == {("Yes", ""): known["Yes", ""], ("%(n)s days", ""): Entry(("",))}
    assert not (elsewhere / "texting/locale/es/LC_MESSAGES/django.po").exists()


@pytest.mark.parametrize(
    ("english", "words", "wrong"),
    [
        ("Save", "Guardar", ""),
        ("Save", "", "missing"),
        ("%(n)s of {name}", "{name}: %(n)s", ""),
        ("%(n)s of {name}", "%(m)s de {name}", "placeholders"),
        ("%(n)s and %(n)s", "%(n)s", "placeholders"),
        ("100% <b>sure</b>", "100% <b>seguro</b>", ""),
        ("<b>sure</b>", "<b>seguro", "placeholders"),
        ('<a href="%(x)s">here</a>', '<a href="%(x)s" onclick="x">aquí</a>', "placeholders"),
        ("Save ", "Guardar", "ends"),
    ],
)
def test_words_that_would_break_a_page_are_found(english, words, wrong):
    assert wrong_with(Text((english,)), Entry((words,))) == wrong


def test_plural_forms_are_complete_and_guesses_do_not_count():
    day = Text(("one day", "%(n)s days"))
    assert wrong_with(day, Entry(("%(n)s día", "%(n)s días"))) == ""
    assert wrong_with(day, Entry(("un día", ""))) == "plural"
    assert wrong_with(day, Entry(("%(m)s día", "%(n)s días"))) == "placeholders"
    assert wrong_with(day, Entry(("un día", "días"))) == "placeholders"
    assert wrong_with(day, None) == "missing"
    assert wrong_with(Text(("Save",)), Entry(("Guardar",), fuzzy=True)) == "fuzzy"


def test_only_what_customers_read_needs_french():
    page = "templates/portal/private_door.html"
    found = {Text(("Code",)): ["accounts/forms.py", page], Text(("Retention",)): ["retention/words.py"]}
    assert [one.text.words[0] for one in judge(found, {}, "fr")] == ["Code"]
    assert len(judge(found, {}, "es")) == 2
    assert (places.ROOT / page).exists()


def test_a_system_whose_words_are_not_compiled_says_so(elsewhere):
    bring_up_to_date({Text(("Yes",)): ["texting/a.py"]}, {("Yes", ""): Entry(("Sí",))}, "es")
    file = elsewhere / "texting/locale/es/LC_MESSAGES/django.po"
    assert not_compiled() == [file]
    assert [one.id for one in words_are_compiled()] == ["config.E001"]
    assert words_are_compiled in registry.registry.registered_checks
    assert (compile_all(), compile_all(), not_compiled()) == (1, 0, [])
    assert words_are_compiled() == []
    os.utime(file, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns + 1))
    assert compile_all() == 1
    assert [path.name for path in file.parent.iterdir() if path != file] == ["django.mo"]


def test_what_somebody_translated_is_taken_in_and_what_is_wrong_is_told(elsewhere, capsys, monkeypatch):
    (elsewhere / "texting/a.py").write_text(PYTHON)
    lines = [{"id": ["Hello"], "words": ["Hola"]}, {"id": ["%(n)s day", "%(n)s days"], "words": ["día", "%(m)s días"]}]
    (elsewhere / "filled").write_text("\n".join(map(json.dumps, lines)))
    monkeypatch.setattr("sys.argv", ["words", "fill", "es", str(elsewhere / "filled")])
    assert command.main() == 1
    said = capsys.readouterr()
    assert "1 taken, 1 not." in said.out
    assert "placeholders" in said.err
    assert entries("es")["Hello", ""].words == ("Hola",)
    monkeypatch.setattr("sys.argv", ["words", "missing", "es"])
    assert command.main() == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"id": ["May"], "context": "month", "where": ["texting/a.py"], "words": [""]} in rows
    assert len(rows) == 4


def test_spanish_is_spoken():
    with override("es"):
        assert gettext("Save") == "Guardar"
