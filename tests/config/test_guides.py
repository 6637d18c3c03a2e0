"""The guides can be found from the README, and what they link to is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def links(page: Path) -> set[str]:
    return {link for link in LINK.findall(page.read_text()) if "://" not in link and not link.startswith("mailto:")}


def test_the_readme_leads_to_every_guide():
    guides = {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}
    assert len(guides) > 30
    assert guides - links(ROOT / "README.md") == set()


def test_every_link_between_pages_leads_somewhere():
    broken = {
        f"{page.relative_to(ROOT)}: {link}"
        for page in PAGES
        for link in links(page)
        if not (page.parent / link).exists()
    }
    assert broken == set()


def test_every_decision_that_a_page_names_was_written_down():
    known = {int(page.name[:4]) for page in (ROOT / "docs" / "decisions").glob("[0-9]*.md")}
    named = {
        (page.name, int(number))
        for page in PAGES
        for found in re.findall(r"\bdecisions? ((?:\d{1,4}(?:, | and | to )?)+)", page.read_text())
        for number in re.findall(r"\d+", found)
    }
    assert {(name, number) for name, number in named if number not in known} == set()
