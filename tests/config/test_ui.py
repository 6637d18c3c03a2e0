"""The page components: what they draw, what they escape, what they refuse."""

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from config.ui.chart_words import figure, tick
from config.ui.charts import funnel_steps, nice_ticks
from config.ui.display import initials
from config.ui.icons import NAMES
from config.ui.lists import word_differences
from config.ui.moments import in_words

PROJECT = Path(__file__).parents[2]
SCRIPT = "<script>alert(1)</script>"
NOW = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)  # a Wednesday


def draw(source: str, **values: object) -> str:
    return Template(source).render(Context(values))


def at(address: str) -> dict[str, object]:
    return {"request": RequestFactory().get(address)}


# --- Attributes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attribute", ['style="color:red"', 'onclick="go()"', 'hx_on="go()"', 'ONLOAD="go()"'])
def test_attributes_that_hold_code_or_style_are_refused(attribute: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="not allowed"):
        draw("{% button " + attribute + " %}Go{% endbutton %}")


def test_attributes_are_written_with_hyphens_and_left_out_when_empty() -> None:
    drawn = draw(
        '{% button hx_post="/send" disabled=True hidden=False data_empty=nothing %}Go{% endbutton %}', nothing=None
    )
    assert 'hx-post="/send"' in drawn
    assert " disabled" in drawn
    assert "hidden" not in drawn
    assert "data-empty" not in drawn


@given(st.text())
def test_what_people_typed_never_becomes_markup(text: str) -> None:
    drawn = draw("{% button title=text %}{{ text }}{% endbutton %}{% badge text %}{% avatar text %}", text=text)
    assert len(re.findall(r"<[a-z]", drawn)) == 3


# --- Controls ---------------------------------------------------------------------------------------------------


def test_a_button_with_an_address_is_a_link() -> None:
    assert draw('{% button "primary" href="/people" icon="users" %} People {% endbutton %}').startswith(
        '<a class="button button-primary" href="/people">'
    )


def test_a_button_does_not_send_a_form_unless_told() -> None:
    assert '<button type="button"' in draw("{% button %}Save{% endbutton %}")
    assert '<button type="submit"' in draw('{% button type="submit" %}Save{% endbutton %}')


def test_an_unknown_variant_tone_or_icon_is_refused() -> None:
    for source in (
        '{% button "loud" %}Go{% endbutton %}',
        '{% badge "New" "pink" %}',
        '{% icon "no-such-icon" %}',
        '{% avatar "Ada" "xl" %}',
        '{% dialog "d" "Title" "xl" %}{% enddialog %}',
    ):
        with pytest.raises(TemplateSyntaxError):
            draw(source)


def test_an_icon_button_says_what_it_does() -> None:
    assert 'aria-label="Delete &quot;A&quot;"' in draw('{% icon_button "x" label %}', label='Delete "A"')


def test_an_icon_is_decoration_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in draw('{% icon "check" %}')
    assert 'role="img" aria-label="Done"' in draw('{% icon "check" "Done" %}')


def test_the_sprite_holds_every_icon_once_and_a_part_of_it_only_the_named_ones() -> None:
    drawn = re.findall(r'<symbol id="i-([a-z0-9-]+)"', draw("{% sprite %}"))
    assert sorted(drawn) == sorted({*NAMES, "brand"})
    assert re.findall(r'<symbol id="i-([a-z0-9-]+)"', draw('{% sprite "lock" "check" %}')) == ["brand", "lock", "check"]


def test_tabs_are_links_and_say_which_one_is_open() -> None:
    drawn = draw("{% tabs items 'Filter' %}", items=[("Mine", "?f=mine", True, 4), ("Team", "?f=team", False)])
    assert '<a href="?f=mine" aria-current="page">Mine <span class="tab-count">4</span></a>' in drawn
    assert '<a href="?f=team">Team</a>' in drawn


def test_a_menu_button_opens_its_own_menu() -> None:
    drawn = draw('{% menu "acts" "More" %}{% menu_item href="/x" tone="danger" %}Leave{% endmenu_item %}{% endmenu %}')
    assert 'popovertarget="acts" aria-label="More"' in drawn
    assert '<div class="menu-list" id="acts" popover>' in drawn
    assert '<a class="menu-item menu-item-danger" href="/x">' in drawn


# --- Display ----------------------------------------------------------------------------------------------------


def test_a_count_shows_nothing_for_none_and_its_exact_figure_for_many() -> None:
    assert draw('{% count 0 "unread" %}') == ""
    drawn = draw('{% count number "unread" %}', number=10**40)
    assert ">99+<" in drawn
    assert f"{10**40:,} unread" in drawn


@given(st.text())
def test_initials_are_one_or_two_characters(name: str) -> None:
    assert 1 <= len(initials(name)) <= 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ada Lovelace", "AL"),
        ("ada", "A"),
        ("+1 555 010 0177", "#"),
        ("", "#"),
        ("Jean-Luc de la Tour", "JT"),
        ("ßen", "S"),
    ],
)
def test_initials_are_taken_from_the_first_and_the_last_word(name: str, expected: str) -> None:
    assert initials(name) == expected


def test_an_avatar_keeps_its_colour_and_needs_no_style() -> None:
    first, again = draw('{% avatar "Ada" seed="7" %}'), draw('{% avatar "Renamed" seed="7" %}')
    assert re.search(r"avatar-\d", first).group() == re.search(r"avatar-\d", again).group()  # type: ignore[union-attr]
    assert "style" not in first


def test_a_masked_value_shows_its_last_signs_and_offers_to_reveal_only_when_told() -> None:
    hidden = draw('{% masked "4242" "Visa" %}')
    assert "•••• 4242" in hidden
    assert "button" not in hidden
    assert 'data-open="why"' in draw('{% masked "4242" "Visa" reveal="why" %}')


def test_a_component_leaves_no_space_behind_in_running_text() -> None:
    assert draw('{% masked "1" "Visa" %}.').endswith("</span>.")


def test_what_runs_out_is_drawn_in_its_tone() -> None:
    assert 'data-tone="warning"' in draw('{% progress 9 10 "Today" tone="warning" %}')
    assert "data-tone" not in draw('{% progress 9 10 "Today" %}')


@pytest.mark.parametrize(("value", "maximum", "share"), [(0, 0, 0), (5, 10, 50), (-1, 10, 0), (11, 10, 100)])
def test_progress_stays_between_nothing_and_all(value: int, maximum: int, share: int) -> None:
    assert f'max="100" value="{share}"' in draw('{% progress a b "Import" %}', a=value, b=maximum)


def test_an_alarming_banner_is_announced_and_a_calm_one_is_not() -> None:
    assert 'role="alert"' in draw('{% banner "danger" %}Down{% endbanner %}')
    assert "role" not in draw('{% banner "info" %}Up{% endbanner %}')


# --- Moments ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distance", "full", "short"),
    [
        (timedelta(), "Today 15:30", "15:30"),
        (timedelta(days=-1), "Yesterday 15:30", "Tue"),
        (timedelta(days=1), "Tomorrow 15:30", "19 Nov"),
        (timedelta(days=-6), "Thu 12 Nov", "Thu"),
        (timedelta(days=-7), "Wed 11 Nov", "11 Nov"),
        (timedelta(days=-380), "3 Nov 2025", "3 Nov 2025"),
    ],
)
def test_moments_are_said_as_people_say_them(distance: timedelta, full: str, short: str) -> None:
    assert in_words(NOW + distance, NOW) == full
    assert in_words(NOW + distance, NOW, "short") == short


def test_today_depends_on_the_reader_and_not_on_utc() -> None:
    moment = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
    with timezone.override("America/Denver"):
        assert in_words(moment, NOW) == "Yesterday 19:00"


def test_a_moment_carries_the_whole_truth() -> None:
    drawn = draw("{% when moment 'exact' %}", moment=NOW)
    assert 'datetime="2026-11-18T15:30:00+00:00"' in drawn
    assert "Wednesday 18 November 2026 15:30 UTC" in drawn
    assert ">18 Nov 2026 15:30:00<" in drawn
    assert draw("{% when moment %}", moment=None) == ""


def test_a_sentence_takes_a_moment_with_the_small_words_of_its_language() -> None:
    sentence = "{% load i18n %}{% blocktranslate with at=moment|when %}Ends {{ at }}, {{ name }}{% endblocktranslate %}"
    drawn = draw(sentence, moment=NOW - timedelta(days=380), name="<b>")
    assert drawn.startswith("Ends <time datetime=")
    assert drawn.endswith(">3 Nov 2025</time>, &lt;b&gt;")
    with override("es"):
        assert in_words(NOW - timedelta(days=380), NOW, "inside") == "el 3 nov 2025"
        assert in_words(NOW, NOW, "inside") == "hoy a las 15:30"


# --- Fields -----------------------------------------------------------------------------------------------------


class Sample(forms.Form):
    name = forms.CharField(label="Name", help_text="As customers see it.")
    day = forms.DateField(label="Day")
    kind = forms.ChoiceField(label="Kind", widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")])
    agreed = forms.BooleanField(label="Agreed", required=False)
    secret = forms.CharField(widget=forms.HiddenInput)


def test_a_wrong_field_is_tied_to_its_error_and_its_help() -> None:
    drawn = draw("{% field form.name counter=20 %}", form=Sample({}))
    described = re.search(r'aria-describedby="([^"]+)"', drawn)
    assert described
    assert 'aria-invalid="true"' in drawn
    assert 'for="id_name"' in drawn
    for target in described[1].split():
        assert f'id="{target}"' in drawn


def test_a_right_field_is_not_called_wrong() -> None:
    drawn = draw("{% field form.name %}", form=Sample({"name": "Ada"}))
    assert "aria-invalid" not in drawn
    assert "field-error" not in drawn


def test_choices_are_a_group_with_a_legend() -> None:
    drawn = draw("{% field form.kind %}", form=Sample({}))
    assert '<fieldset class="field field-choices has-error" aria-describedby="id_kind_error">' in drawn
    assert drawn.count('type="radio"') == 2


def test_a_switch_is_a_checkbox_that_says_so() -> None:
    drawn = draw("{% field form.agreed switch=True %}", form=Sample())
    assert 'type="checkbox"' in drawn
    assert 'role="switch"' in drawn


def test_a_date_reaches_the_browser_in_its_own_format_in_every_language() -> None:
    with translation.override("es"):
        drawn = draw("{% field form.day %}", form=Sample(initial={"day": NOW.date()}))
    assert 'type="date"' in drawn
    assert 'value="2026-11-18"' in drawn


def test_a_value_somebody_typed_is_escaped_in_its_field() -> None:
    drawn = draw("{% field form.name %}", form=Sample({"name": SCRIPT}))
    assert SCRIPT not in drawn
    assert "&lt;script&gt;" in drawn


def test_fields_draws_all_of_a_form_and_the_hidden_ones_without_a_label() -> None:
    drawn = draw("{% fields form %}", form=Sample())
    assert drawn.count('class="field') >= 4
    assert 'type="hidden" name="secret"' in drawn
    assert 'for="id_secret"' not in drawn


def test_the_error_summary_leads_to_controls_that_are_there() -> None:
    page = draw("{% error_summary form %}{% fields form %}", form=Sample({}))
    targets = re.findall(r'<li><a href="#([^"]+)">', page)
    assert targets == ["id_name", "id_day", "id_kind_0"]
    for target in targets:
        assert f'id="{target}"' in page
    assert "data-focus" in page


def test_there_is_no_error_summary_when_nothing_is_wrong() -> None:
    assert draw("{% error_summary form %}", form=Sample()) == ""


# --- Lists and tables -------------------------------------------------------------------------------------------


def test_a_reason_says_the_rule_the_evidence_and_what_to_do() -> None:
    reason = SimpleNamespace(rule="No texts before 8:00.", evidence="Area code 808", act="Schedule it.", tone="warning")
    drawn = draw("{% reasons items %}", items=[reason])
    for words in ("No texts before 8:00.", "Area code 808", "Schedule it.", 'data-tone="warning"'):
        assert words in drawn


def test_a_timeline_without_entries_says_so() -> None:
    assert "Nothing yet" in draw("{% timeline items %}", items=[])


@given(st.text(), st.text())
def test_a_difference_holds_both_versions_whole(before: str, after: str) -> None:
    pieces = list(word_differences(before, after))
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after


def test_sorting_turns_round_at_the_second_press_and_keeps_the_rest_of_the_address() -> None:
    first = draw("{% sort_header 'Name' 'name' %}", **at("/people?q=ada&page=3"))
    assert 'href="?q=ada&amp;sort=name"' in first
    assert "aria-sort" not in first
    second = draw("{% sort_header 'Name' 'name' %}", **at("/people?q=ada&sort=name"))
    assert 'aria-sort="ascending"' in second
    assert 'href="?q=ada&amp;sort=-name"' in second


def test_a_pager_says_where_we_are_and_keeps_the_rest_of_the_address() -> None:
    drawn = draw("{% pager page %}", page=Paginator(range(1204), 50).page(2), **at("/people?q=ada&page=2"))
    assert "51–100 of 1,204" in drawn
    assert 'href="?q=ada&amp;page=1"' in drawn
    assert 'href="?q=ada&amp;page=3"' in drawn


def test_a_list_that_fits_needs_no_pager() -> None:
    assert draw("{% pager page %}", page=Paginator(range(3), 50).page(1), **at("/people")) == ""


# --- Plots ------------------------------------------------------------------------------------------------------


@given(st.floats(min_value=0, max_value=1e12, allow_nan=False))
def test_ticks_start_at_zero_cover_everything_and_stay_few(most: float) -> None:
    ticks = nice_ticks(most)
    assert ticks[0] == 0
    assert ticks[-1] >= most
    assert 2 <= len(ticks) <= 6


@given(st.integers(min_value=1, max_value=10**9))
def test_whole_amounts_get_whole_ticks(most: int) -> None:
    assert all(tick.is_integer() for tick in nice_ticks(most))


def test_every_figure_of_a_plot_stands_in_its_table() -> None:
    drawn = draw(
        "{% line_plot 'Texts' labels series %}",
        labels=["Mon", "Tue"],
        series=[("Sent", [1234, None]), ("In", [3, 4.5])],
    )
    figures = re.findall(r'<td class="number">([^<]+)</td>', drawn)
    assert figures == ["1,234", "3", "–", "4.5"]


def test_a_line_is_never_drawn_across_an_unknown_value() -> None:
    drawn = draw("{% line_plot 'Wait' labels series %}", labels=list("abcd"), series=[("Median", [1, None, 2, 3])])
    path = re.search(r'<path class="line" d="([^"]+)"', drawn)
    assert path
    assert path[1].count("M") == 2


def test_stacked_bars_reach_the_sum_and_grouped_ones_their_own_height() -> None:
    values = {"labels": ["Mon"], "series": [("A", [60]), ("B", [60])]}
    assert ">150<" in draw("{% bar_plot 'T' labels series stacked=True %}", **values)
    assert ">60<" in draw("{% bar_plot 'T' labels series %}", **values)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.42, "0.42"),
        (0.05, "0.05"),
        (0.1 * 3, "0.3"),
        (0.0079, "0.0079"),
        (0.999, "1"),
        (0, "0"),
        (1.25, "1.3"),
        (1.99, "2.0"),
    ],
)
def test_what_is_less_than_one_keeps_two_digits(value, words) -> None:
    assert figure(value) == words


@given(st.decimals(min_value=0, max_value=10**6, places=2))
def test_a_figure_is_rounded_and_never_cut(value: Decimal) -> None:
    words = Decimal(figure(float(value)).replace(",", ""))
    assert abs(words - value) <= Decimal("0.05")
    if value >= 1:
        assert words == value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def test_a_scale_is_written_with_all_its_digits() -> None:
    assert [tick(one) for one in (0.0, 0.25, 1.25, 2.5, 0.1 * 3, 1500.0, 0.0025)] == [
        *("0", "0.25", "1.25", "2.5", "0.3", "1,500", "0.0025")
    ]


def test_a_plot_without_figures_says_so_and_a_crooked_one_is_refused() -> None:
    assert "No figures yet" in draw("{% line_plot 'T' labels series %}", labels=[], series=[])
    with pytest.raises(TemplateSyntaxError, match="every label"):
        draw("{% line_plot 'T' labels series %}", labels=["Mon"], series=[("A", [1, 2])])
    with pytest.raises(TemplateSyntaxError, match="never widens"):
        draw("{% funnel_plot 'T' steps %}", steps=[("a", 1), ("b", 2)])


def test_a_plot_needs_no_style_and_escapes_its_words() -> None:
    drawn = draw("{% bar_plot title labels series %}", title=SCRIPT, labels=[SCRIPT], series=[(SCRIPT, [1])])
    assert "style=" not in drawn
    assert SCRIPT not in drawn


def test_numbers_in_drawings_stay_plain_where_people_write_commas() -> None:
    with translation.override("es"):
        drawn = draw("{% line_plot 'T' labels series %}", labels=["a", "b", "c"], series=[("A", [1, 2.5, 4])])
    assert not re.search(r'(?:cx|cy|x1|y1|x|y)="[^"]*,', drawn)


def test_a_funnel_counts_from_the_first_step_and_from_the_one_before() -> None:
    steps = funnel_steps([("Asked", 200), ("Said yes", 100), ("Wrote", 25)])
    assert [(step.of_first, step.of_previous) for step in steps] == [(100, None), (50, 50), (12, 25)]
    assert [step.of_first for step in funnel_steps([("Asked", 0), ("Said yes", 0)])] == [0, 0]


# --- Templates --------------------------------------------------------------------------------------------------


def templates() -> list[Path]:
    return sorted((PROJECT / "templates").rglob("*.html"))


def test_no_template_holds_inline_code_or_style() -> None:
    for path in templates():
        text = path.read_text()
        assert not re.search(r"""\s(?:style|on[a-z]+|hx-on[a-z:-]*)=["']""", text), path
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)|javascript:", text), path


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    for path in templates():
        for name in re.findall(r"""(?:\{% icon |\{% icon_button |icon=)"([a-z0-9-]+)\"""", path.read_text()):
            assert name in NAMES | {"brand"}, f"{path}: {name}"
