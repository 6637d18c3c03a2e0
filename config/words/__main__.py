"""`python -m config.words`: what `make words` and the Dockerfile run.

Without a word: take every string of the product into the catalogues, compile them, tell what lacks words.
`compile`: only that. `missing LANGUAGE`: as lines of JSON, for whoever writes the words: `{"id": [...], "context": "",
"where": [...], "words": ["", ...]}`, as many words as the string has forms. `fill LANGUAGE FILE`: take such lines in.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from config.words.compiling import compile_all

if TYPE_CHECKING:
    from config.words.catalogues import Entry, Key


def main() -> int:
    """Returns the exit code: 1 when words that were given cannot be taken."""
    parser = argparse.ArgumentParser(prog="make words", description="The words of the interface in other languages.")
    parser.add_argument("do", nargs="?", default="renew", choices=["renew", "compile", "missing", "fill"])
    parser.add_argument("language", nargs="?")
    parser.add_argument("file", nargs="?", type=Path)
    chosen = parser.parse_args()
    if chosen.do == "compile":
        print(f"{compile_all()} catalogues compiled.")
        return 0
    if not settings.configured:
        settings.configure(USE_I18N=True)  # all that reading templates needs
    does: dict[str, Callable[[argparse.Namespace], int]] = {"renew": _renew, "missing": _missing, "fill": _fill}
    return does[chosen.do](chosen)


def _renew(chosen: argparse.Namespace, filled: "Mapping[str, dict[Key, Entry]] | None" = None) -> int:
    from config.words.catalogues import LANGUAGES, bring_up_to_date, entries
    from config.words.extracting import strings
    from config.words.judging import judge

    found = strings()
    for language in LANGUAGES:
        known = entries(language) | (filled or {}).get(language, {})
        changed = bring_up_to_date(found, known, language)
        wrong = judge(found, known, language)
        print(f"{language}: {len(wrong)} strings lack good words. Written: {', '.join(changed) or 'nothing'}.")
        for one in wrong[:20]:
            print(f"  {one}")
        if len(wrong) > 20:
            print(f"  and {len(wrong) - 20} more: make words ARGS='missing {language}'")
    print(f"{compile_all()} catalogues compiled.")
    return 0


def _missing(chosen: argparse.Namespace) -> int:
    from config.words.catalogues import entries
    from config.words.extracting import strings
    from config.words.judging import judge

    for one in judge(strings(), entries(chosen.language), chosen.language):
        line = {
            "id": one.text.words,
            "context": one.text.context,
            "where": one.paths,
            "words": ["" for _ in one.text.words],
        }
        print(json.dumps(line, ensure_ascii=False))
    return 0


def _fill(chosen: argparse.Namespace) -> int:
    from config.words.catalogues import Entry
    from config.words.extracting import Text
    from config.words.judging import wrong_with

    taken, refused = {}, 0
    for line in chosen.file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        text, entry = Text(tuple(row["id"]), row.get("context", "")), Entry(tuple(row["words"]))
        if what := wrong_with(text, entry):
            refused += 1
            print(f"Not taken, {what}: {text.words[0]!r}", file=sys.stderr)
        else:
            taken[text.key] = entry
    print(f"{len(taken)} taken, {refused} not.")
    return _renew(chosen, {chosen.language: taken}) or int(refused > 0)


if __name__ == "__main__":
    sys.exit(main())
