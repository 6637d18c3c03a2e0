"""Words are looked up when somebody reads them, not when a module is loaded: nobody's language is known then."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch

import pytest

from config.env import PROJECT
from config.words.catalogues import LANGUAGES, entries
from config.words.extracting import MODULES, Text, strings
from config.words.judging import judge
from config.words.places import AREAS, TEMPLATES, WITHOUT_LOCALE, is_english_only
from tests.architecture.bare_words import WORD, in_template
from tests.architecture.english_words import english, without_labels

EAGER = {"gettext", "ngettext", "pgettext", "npgettext"}


def at_loading(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when a module is loaded: bodies of classes, decorators and defaults, not bodies of functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            arguments = child.args
            outside = [*arguments.defaults, *(one for one in arguments.kw_defaults if one)]
            for part in (*outside, *getattr(child, "decorator_list", [])):
                yield part
                yield from at_loading(part)
        else:
            yield child
            yield from at_loading(child)


def eager_words(tree: ast.Module) -> list[int]:
    """The lines that look words up too early."""
    eager = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module in MODULES
        for alias in node.names
        if alias.name in EAGER
    }
    if not eager:
        return []
    calls = [node for node in at_loading(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return [node.lineno for node in calls if node.func.id in eager]


@dataclass
class Read:
    """Everything that is said, and where words are looked up too early: each module is read once for both."""

    early: list[str]
    found: dict[Text, list[str]]


@pytest.fixture(scope="module")
def read() -> Read:
    early: list[str] = []

    def look(name: str, tree: ast.Module) -> None:
        early.extend(f"{name}:{line}" for line in eager_words(tree))

    return Read(early, strings(look))


def test_words_of_a_module_are_lazy(read):
    assert read.early == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_string_is_left_out(read, language):
    """Each has words: not guessed, with the placeholders and tags of the English, in all plural forms."""
    assert [str(one) for one in judge(read.found, entries(language), language)] == [], "`make words` tells more"


NUMBERS = (
    "n|number|count|counted|seconds|minutes|hours|days|weeks|months|years|people|texts|segments|rows|times|total|base"
)
COUNTED = re.compile(rf"%\((?:{NUMBERS}|events|length|views|all)\)[ds] (?:[a-z]+ )?[a-z]{{2,}}s\b")
"""A number, by the name of its placeholder, and what it counts, in the plural."""
ALWAYS_MANY = {
    "%(brand)s: its lines send %(segments)s segments",  # what carriers allow a minute and a day
    "%(segments)s segments or %(pictures)s texts with pictures",
    "Your ceiling of %(n)s segments a day",
    "campaign: %(n)s segments a minute",
    "this brand: %(n)s segments a day",
    "The ceiling is %(segments)s segments a day now.",
    "%(number)s texts went to this block of numbers within the hour",  # limits: nobody sets them to one
    "This customer has got %(number)s texts within the hour",
    "You have sent %(number)s texts within the hour",
    "Your organization has sent %(number)s texts within the hour",
    "Your limit of %(n)s texts an hour",
    "has revealed %(number)s customers within an hour",
    "the names and numbers of %(number)s customers",
    "kept for at least %(n)d years",  # what a profile asks for
    "the last %(days)s days",
    "the last %(days)d days",
    "for %(days)s days",
    "In %(days)s days carriers",
    "for %(days)s days, nobody new",
    "%(days)s days",  # of the daily work, from two days on
    "%(days)d days",
    "after %(days)s days",
    "%(number)s parts in all",  # from four on
    "A hold has at most %(number)s parts.",
    "Row %(number)d does not end",  # no number of anything
    "audit event %(n)s",
    "%(done)s of %(total)s rows",
    "of %(all)s entries",
    "%(length)s minutes",  # 1:05 minutes
    "Choose 1 to %(minutes)d minutes",
    "%(seconds)s seconds",
    "Only the first %(count)d numbers",
    "Push is on in %(count)d browsers",
    "Every one of %(events)s events",
    "It has %(length)s characters; a template",
}
"""What is never one of it."""


def test_what_is_counted_has_a_singular(read):
    """“1 hours” is no English, and Spanish and French then have no singular either."""
    alone = [text.words[0] for text in read.found if len(text.words) == 1]
    found = [words for words in alone if COUNTED.search(words) and not any(part in words for part in ALWAYS_MANY)]
    assert sorted(found) == []


def test_it_is_seen_where_words_would_be_looked_up_too_early():
    source = (
        "from django.utils.translation import gettext as _, gettext_lazy as later\n"
        "A = later('x')\nB = _('x')\nclass C:\n    d = [_('x')]\n    def e(self, f=_('x')): return _('x')\n"
        "G = lambda: _('x')\n@h(_('x'))\ndef i(): return _('x')\n"
    )
    assert eager_words(ast.parse(source)) == [3, 5, 6, 8]


NAMES = {
    "Parley",
    "NameID",
    "PDF",
    "JSON",
    "SHA",
    "CSV",
    "SVG",
    "PNG",
    "Stripe",
    "openapi",
    "json",
    "csv",
    "https",
    "ms",
}
NAMES |= {"ms", "English", "Español", "Français"}
"""What is the same in every language."""


def test_templates_say_nothing_that_is_not_translated():
    found = []
    for path in sorted((PROJECT / TEMPLATES).rglob("*")):
        name = path.relative_to(PROJECT).as_posix()
        if path.suffix in {".html", ".txt"} and not is_english_only(name):
            found += [(name, said) for said in in_template(path.read_text()) if set(WORD.findall(said)) - NAMES]
    assert found == [("templates/accounts/settings.html", "?settings")]


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Send</p>", ["Send"]),
        ('<p>{% translate "Send" %} now {{ x }}</p>', ["now"]),
        ("{% blocktranslate %}Send {{ x }}{% endblocktranslate %}{# Send #}", []),
        ('<a title="Open it" class="big"{% if x %} hidden{% endif %}>{{ x }}</a>', ["Open it"]),
        ('<input placeholder="{% translate "Name" %}"><code>curl</code>', []),
        ("{% block main_class %}wide{% endblock %}{% block main %}Hello{% endblock %}", ["Hello"]),
    ],
)
def test_bare_words_are_seen(template, found):
    assert list(in_template(template)) == found


# Who reads the words of these modules: whoever runs the installation, or writes programs against it.
READ_BY_MAKERS = (
    *("*/migrations/*", "*/management/*", "*/api/*", "accounts/scim/*", "*/crash_points.py", "*/checks.py"),
    *("config/demo/*", "config/embedded/*", "config/words/*", "config/formats/*", "config/styleguide.py"),
    *("config/settings.py", "config/env.py", "config/starting.py", "config/health.py", "config/figures.py"),
    *("config/metrics.py", "config/heads.py", "config/developers.py", "accounts/mail/health.py"),
    *("retention/backups/*", "retention/closing/replaying.py", "retention/closing/belonging.py"),
    "retention/erasing/again.py",
    *("texting/providers/*", "texting/provider_connection.py", "texting/live/hub.py", "texting/webhooks/taking.py"),
    *("tenancy/metrics.py", "tenancy/audit_verification.py", "tenancy/constraints.py", "tenancy/encryption/*"),
    *("tenancy/isolation.py", "compliance/carrier/comparing.py", "compliance/other_channels/mail/mailbox.py"),
)
# What customers are told, which these modules say in each of their languages; and what is looked for in their texts.
IN_ALL_LANGUAGES = (
    *("compliance/opt_in/opt_in_texts.py", "compliance/opt_in_forms/words.py", "compliance/opt_out/answers.py"),
    *("compliance/escalations/switch_texts.py", "compliance/other_channels/mail/texts.py"),
    *("compliance/polls/writing.py", "compliance/satisfaction/asking.py", "compliance/satisfaction/hearing.py"),
    *("compliance/publish_check/default_wordings.py", "compliance/publish_check/samples.py"),
    *("compliance/message_templates/placeholders.py", "compliance/detectors/*", "compliance/content_types/*"),
    *("compliance/words/phrase_matching.py",),
)
# Names, and what is kept in one language because it is proof.
KEPT_AS_IT_IS = {
    ("accounts/origins.py", "Mac OS X|Macintosh"),
    ("accounts/origins.py", "Another browser"),  # `browser_words` says it
    ("accounts/saml/own_keys.py", "Parley at {}"),
    ("accounts/second_factor.py", "Authenticator app"),  # the app's own label; pages say `ways`
    ("compliance/implied/exemption.py", "47 CFR 64.1200(a)(9)(iv)"),
    ("compliance/other_channels/phone/placing.py", "Press any key to call the customer."),  # by an English voice
    ("compliance/test_texts.py", "This number is my own, and I agree to get a test text on it."),
    ("portal/payments/simulator.py", "Simulated payments"),
    ("portal/secure/ending.py", "secure message {}"),  # an idempotency key, nobody reads it
    ("portal/secure/replying.py", "Answered on the private page"),  # decision 386
    ("portal/views/payment_settings.py", "Checkout Sessions: write"),  # Stripe's own words
    ("portal/views/payment_settings.py", "Charges and refunds: write"),
    ("texting/simulator/pictures.py", "Pretended phone"),
}
KEPT_AS_THEY_ARE = (
    *("retention/evidence/criteria.py", "retention/evidence/writing.py", "retention/lock.py"),
    *(
        "compliance/hours/hours_table.py",
        "compliance/work/sheets/answers.py",
        "accounts/saml/diagnosing.py",
        "accounts/saml/explaining.py",
    ),
)
"""Names of criteria, states and files, a note in a signed pack; names of facts, which `saml.explaining` says."""


def plain_words(name: str, tree: ast.Module) -> list[str]:
    """What a module says in English to whoever reads it."""
    return [words for _, words in english(tree) if (name, words) not in KEPT_AS_IT_IS]


def test_modules_say_nothing_that_is_not_translated():
    """An error that a page shows, a label, a sentence with values in it: each is looked up as somebody reads it."""
    fine = (*READ_BY_MAKERS, *IN_ALL_LANGUAGES, *KEPT_AS_THEY_ARE)
    found = []
    for area in (*AREAS, *WITHOUT_LOCALE):
        for path in sorted((PROJECT / area).rglob("*.py")):
            name = path.relative_to(PROJECT).as_posix()
            if not any(fnmatch(name, pattern) for pattern in fine):
                found += [(name, words) for words in plain_words(name, ast.parse(path.read_text()))]
    assert found == []


def test_choices_have_labels():
    """Or Django makes English ones of their names."""
    found = []
    for area in (*AREAS, *WITHOUT_LOCALE):
        for path in (PROJECT / area).rglob("*.py"):
            source = path.read_text()
            if "Choices)" in source:
                found += [(path.name, choice) for _, choice in without_labels(ast.parse(source))]
    assert found == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise NotPossible("Nobody has this number.")', ["Nobody has this number."]),
        ('raise NotPossible(_("Nobody has this number."))', []),
        ('x = f"Today\'s ceiling of {most} segments is used up."', ["Today's ceiling of {} segments is used up."]),
        ('x = f"{n} texts went to it."', ["{} texts went to it."]),
        ('WORDS = {"a": "{n} texts went to it."}', ["{n} texts went to it."]),
        ('log.info("Nothing was found there")', []),
        ('raise ValueError(f"{x} is no language of ours")', []),
        ('def f():\n    """Says what it does."""\n    return f"{a}, {b}"', []),
        ('x = "SELECT id FROM texting_line"; y = "D j M, H:i"; z = "conversations:read"', []),
        ("from django.utils.translation import gettext_lazy as words\nx = words('Nobody is here.')", []),
    ],
)
def test_words_of_modules_are_seen(source, found):
    assert [words for _, words in english(ast.parse(source))] == found


def test_choices_without_labels_are_seen():
    source = 'class State(models.TextChoices):\n    WAITING = "waiting"\n    SENT = "sent", _("Sent")\n'
    assert [choice for _, choice in without_labels(ast.parse(source))] == ["State.WAITING"]
