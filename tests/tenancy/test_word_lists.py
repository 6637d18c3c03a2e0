"""Words in a row."""

import pytest
from django.utils.translation import gettext_lazy, override

from tenancy.word_lists import all_of, any_of


@pytest.mark.parametrize(
    ("words", "language", "both", "either"),
    [
        ([], "en", "", ""),
        (["a"], "en", "a", "a"),
        (["a 50%", "%(b)s"], "en", "a 50% and %(b)s", "a 50% or %(b)s"),
        (["a", "b", gettext_lazy("c")], "en", "a, b and c", "a, b or c"),
        (["Inés", "Ana"], "es", "Inés y Ana", "Inés o Ana"),
        (["Ana", "Luz", "Inés"], "es", "Ana, Luz e Inés", "Ana, Luz o Inés"),
        (["agua", "«hijos»"], "es", "agua e «hijos»", "agua o «hijos»"),
        (["agua", "hielo"], "es", "agua y hielo", "agua o hielo"),
        (["Ana", "Óscar"], "es", "Ana y Óscar", "Ana u Óscar"),
        (["Ana", "Inés"], "en", "Ana and Inés", "Ana or Inés"),
    ],
)
def test_each_language_joins_words_its_own_way(words, language, both, either):
    with override(language):
        assert (all_of(words), any_of(words)) == (both, either)
