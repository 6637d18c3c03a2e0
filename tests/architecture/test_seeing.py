"""One place decides what a member sees of a customer; nobody else reads a name or a number to show it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHOWING = ("texting/queries", "texting/views", "texting/api", "texting/live", "texting/simulator", "texting/limits",
           "texting/outgoing_webhooks", "compliance/views", "compliance/api", "accounts", "config", "portal",
           "retention")  # fmt: skip
THE_PLACE = "texting/queries/seeing.py"
READERS = {
    THE_PLACE,
    "texting/outgoing_webhooks/bodies.py",  # what the owner of an endpoint has allowed to leave
    "texting/simulator/phones.py",  # only whether a number is of the range that belongs to nobody
    "texting/limits/alarms.py",  # the first seven digits, for a block of numbers
    "texting/limits/destinations.py",  # the country and the blind index
    "texting/outgoing_webhooks/reading.py",  # what the other side answered, for whoever may let content out
    "texting/queries/attachments.py",  # a file's own name, after `sees`
    "config/demo/tagging.py",  # the demo's own customers, by the names that it gave them
    "config/demo/polling.py",  # the same
    "portal/secure/codes.py",  # only whether the contact was erased
}
DECIDERS = {
    THE_PLACE,
    "accounts/permission_catalogue.py",
    "accounts/built_in_roles.py",
    "accounts/integrations.py",  # what a key can be given
    "accounts/api/repeating.py",  # a kept answer may hold names
    "texting/outgoing_webhooks/managing.py",  # who may let content out
    "texting/contacts.py",  # names the right that is missing
    "texting/views/people.py",
    "texting/api/contacts.py",
    "texting/api/contact_acts.py",  # a merge shows both
    "texting/revealing.py",
    "texting/views/revealing.py",
    "compliance/views/importing.py",  # a list shows everybody who is in it
    "compliance/views/import_files.py",
}
SEALED = {"name", "number", "body", "preview", "words", "alt"}
TEMPLATE = re.compile(r"{[{%][^}]*\b(?:contact\.(?:name|number)|message\.body|note\.body|conversation\.preview)\b")


def sources() -> Iterator[tuple[str, ast.Module]]:
    for folder in SHOWING:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def reads_a_customer(node: ast.AST) -> bool:
    """`x.contact.name`, `contact.number`, or `readable(row, "name")`."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and node.attr in {"name", "number"}:
        owner = node.value
        return "contact" in {getattr(owner, "attr", ""), getattr(owner, "id", "")}
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "readable":
        return any(isinstance(one, ast.Constant) and one.value in SEALED for one in node.args)
    return False


def test_no_page_and_no_answer_reads_a_name_or_a_number_by_itself():
    found = {
        f"{path}:{node.lineno}"
        for path, tree in sources()
        if path not in READERS
        for node in ast.walk(tree)
        if reads_a_customer(node)
    }
    assert found == set(), f"ask {THE_PLACE} for what the member sees"


def test_the_right_to_see_is_asked_in_one_place():
    found = {
        f"{path}:{node.lineno}"
        for path, tree in sources()
        if path not in DECIDERS
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"CONTACTS_REVEAL", "CONTACTS_UNMASKED"}
    }
    assert found == set()


def test_no_template_shows_what_was_not_decided():
    found = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "templates").rglob("*"))
        if path.is_file() and TEMPLATE.search(path.read_text())
    ]
    assert found == []


def test_the_search_for_readers_finds_them():
    code = 'contact.name\nrow.contact.number\nreadable(row, "name")\ncontact.name = "x"\nline.name'
    found = {node.lineno for node in ast.walk(ast.parse(code)) if reads_a_customer(node)}
    assert found == {1, 2, 3}
    assert TEMPLATE.search("{{ row.contact.name }}")
    assert not TEMPLATE.search("{{ customer.name }}")
