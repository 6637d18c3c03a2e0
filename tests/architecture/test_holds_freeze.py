"""Every place that deletes or destroys, and how a legal hold stops it or why it need not: a new place is noticed here.

Places are read from the code: calls of `delete` and `destroy_keys`, and SQL that deletes. Accounts (members, sessions,
what lets them in) holds nothing of customers, apart from what is named.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings

from tenancy.encryption.fields import encrypted_fields

ROOT = Path(__file__).resolve().parents[2]
APPS = ("compliance", "portal", "retention", "tenancy", "texting")
OF_ACCOUNTS = ("accounts/api/repeating.py", "accounts/mail/delivering.py")

KEEPER = "deleting_lock, by RETENTION_KEEPERS, of which holds are one"
QUEUE = "a row of a queue or a lease: what it was about stays"
SETTING = "a setting or a rule of the organization: nothing of customers"
COUNT = "counts and marks, no content"
COPY = "a copy of rows that stay"
ACCESS = "an address or a visit by which something could be opened; what it opened is another row"
OWN = "asks holds by a guard in settings"

PLACES = {
    "accounts/api/repeating.py:forget_old": "answers kept for a day so that a request is not done twice: " + COPY,
    "accounts/api/repeating.py:_begin": "the answer of an earlier request, a day old: " + COPY,
    "accounts/mail/delivering.py:forget_old": "mails to members hold nothing of customers; letters to customers: "
    + COPY,
    "texting/announcements/writing.py:discard": "a draft of which nothing was sent, by the organization about itself",
    "texting/announcements/writing.py:forget_recipients": "whom a draft was meant for; nothing was sent to them",
    "texting/announcements/taking_back.py:_cancel": "what waits to be sent; the text itself stays, as canceled",
    "compliance/automations/forgetting.py:forget": "the log of what rules did: ids and results; what they wrote stays",
    "compliance/automations/rules.py:switch_all": SETTING,
    "compliance/carrier/comparing.py:_finish": "an earlier list of the carrier's opt-outs: " + COPY,
    "compliance/carrier/forgetting.py:forget_old": "what was found when lists were compared; permissions stay",
    "compliance/escalations/changing_hours.py:forget_team": SETTING,
    "compliance/escalations/changing_hours.py:remove_day": SETTING,
    "compliance/escalations/switch_texts.py:change": SETTING,
    "compliance/importing/working.py:forget_old": "an uploaded list; what was taken in stands in the ledger",
    "compliance/ledger/suppressing.py:lift": "a customer who opted in again; both events stay in the ledger",
    "compliance/opt_in/programs.py:word": SETTING,
    "compliance/opt_in_forms/editing.py:save": SETTING,
    "compliance/other_channels/leaving_step.py:end": "a colleague's own number",
    "compliance/other_channels/mail/texts.py:change": SETTING,
    "compliance/reviewing/changing_rules.py:change_team": SETTING,
    "compliance/reviewing/holding.py:_hold": QUEUE,
    "compliance/reviewing/holding.py:give_back": QUEUE,
    "compliance/reviewing/judging.py:set_aside": QUEUE,
    "compliance/reports/mailing.py:choose": SETTING,
    "compliance/reports/mailing.py:mail_due": SETTING,
    "compliance/work/keeping.py:count_days": COUNT,
    "portal/links.py:forget": ACCESS,
    "portal/payments/dues.py:drop": QUEUE,
    "portal/payments/dues.py:finish": QUEUE,
    "portal/payments/tidying.py:_tidy": "events by which repeats are known, and refunds of strangers: the books stay; "
    "refused calls: " + OWN + ", TEXTING_QUARANTINE_GUARDS",
    "portal/secure/ending.py:_end": "nobody here can open it without the half that went with the link (decision 296)",
    "portal/secure/ending.py:end_due": ACCESS,
    "portal/secure/opening.py:leave": ACCESS,
    "retention/backups/drill.py:drill": "what came of earlier trials of a restore: nothing of customers",
    "retention/backups/dead_keys.py:": "keys that were destroyed before come back by a restore and go again",
    "retention/requests/clock.py:forget_old": "the log of requests after 24 months: what was asked, no content",
    "retention/erasing/rows.py:end_beside": "what stood beside words whose key is destroyed already",
    "retention/erasing/rows.py:end_sealed": "rows whose key is destroyed already",
    "retention/erasing/running.py:_close": "the numbers of requests whose number was erased",
    "retention/erasing/running.py:_shred": "deleting_lock, then `stopping.stops`: holds are the first of them",
    "retention/exporting/running.py:_take": "pieces of a file that is begun anew: " + COPY,
    "retention/exporting/running.py:end": "a purge: " + KEEPER + "; a leaver's or an erased person's: " + COPY,
    "retention/purging/by_rows.py:gather": "ids of keys that were destroyed, once their step has them: " + COPY,
    "retention/purging/contacts.py:_end": KEEPER,
    "retention/purging/conversations.py:_delete": KEEPER,
    "retention/purging/ending.py:end_of_column": "rows whose key is destroyed already, decided under " + KEEPER,
    "tenancy/encryption/clear_days.py:shred_clear_days": "days of which nothing is kept; the caller decides under "
    + KEEPER,
    "tenancy/encryption/day_shredding.py:shred_day": "seals what is kept anew first; the caller decides under "
    + KEEPER,
    "retention/closing/clearing.py:_delete_some": "an organization that has ended, which holds had let it",
    "retention/closing/clearing.py:_forget_people": "members of an organization that has ended",
    "retention/closing/doors.py:close_doors": "`closing.ending._begin`: deleting_lock, no live holds; " + ACCESS,
    "texting/searching/keeping.py:forget_all_names": "`closing.ending._finish`: no live holds; marks only",
    "tenancy/encryption/ending.py:destroy_organization": "`closing.ending._begin`: deleting_lock, no live holds",
    "tenancy/encryption/ending.py:end_escrow": "five years after an organization ended, which holds had let it",
    "tenancy/encryption/rotation.py:_replace_config_key": "everything was sealed anew before",
    "tenancy/encryption/rotation.py:_replace_organization_key": "everything was wrapped anew before",
    "tenancy/encryption/kept_forms.py:_forget": "what opens older copies of rows that need not stay, " + KEEPER,
    "tenancy/encryption/kept_forms.py:tidy": "what opens copies that no backup holds any more; the rows stay",
    "tenancy/encryption/shredding.py:_forget": COUNT,
    "tenancy/encryption/tidying.py:tidy": "what keys that were destroyed already left on disk",
    "tenancy/encryption/shredding.py:destroy_keys": "the tool itself: each caller is a place of its own",
    "texting/attachments/fetching.py:_forget": QUEUE,
    "texting/attachments/forgetting.py:forget": ACCESS,
    "texting/attachments/links.py:open_links": ACCESS,
    "texting/attachments/storing.py:remove": "a file that was chosen and never sent; files of texts are not touched",
    "texting/attention.py:settle": QUEUE,
    "texting/conversations.py:forget_draft": "what a colleague began to write and has sent or thrown away",
    "texting/counted_days.py:forget_all": COUNT,
    "texting/counted_days.py:touch": COUNT,
    "texting/delivery.py:end_overdue": QUEUE,
    "texting/delivery.py:expire_leases": QUEUE,
    "texting/ended.py:end_files": OWN + " before: TEXTING_ENDING_GUARDS by hand, RETENTION_KEEPERS by a period",
    "texting/limits/carriers/changing.py:remove_brand": SETTING,
    "texting/limits/carriers/changing.py:remove_campaign": SETTING,
    "texting/limits/changing.py:remove_country": SETTING,
    "texting/limits/growing.py:forget_counts": COUNT,
    "texting/notifications/things.py:_forget": "that a member was asked: ids and times, no content",
    "texting/notifications/mailing.py:_forget_batch": "that a member was told of something: ids and times, no content",
    "texting/outbox.py:cancel": QUEUE,
    "texting/notifications/push/devices.py:_forget": SETTING,
    "texting/notifications/push/devices.py:turn_off": SETTING,
    "texting/notifications/push/leaving_step.py:end": SETTING,
    "texting/notifications/push/sending.py:_finish": QUEUE,
    "texting/notifications/push/sending.py:_record": SETTING,
    "texting/outbox.py:cancel_waiting": QUEUE,
    "texting/outbox.py:finish": QUEUE,
    "texting/outgoing_webhooks/queue.py:cancel_all": QUEUE,
    "texting/outgoing_webhooks/queue.py:finish": QUEUE,
    "texting/outgoing_webhooks/recording.py:close": QUEUE,
    "texting/outgoing_webhooks/tidying.py:_forget_batch": "what was sent to the organization's own systems: " + COPY,
    "texting/providers/twilio.py:delete": "the adapter: `carrier_copies` decides, and it passes over what is held",
    "texting/reconciling.py:_absent": QUEUE,
    "texting/reconciling.py:_adopt": QUEUE,
    "texting/reconciling.py:_look_up": QUEUE,
    "texting/reconciling.py:_settle": QUEUE,
    "texting/recording.py:": QUEUE,
    "texting/status_reports.py:write": QUEUE,
    "texting/searching/filling.py:_end_months": "keys of marks of a month in which no words are left to be found",
    "texting/searching/keeping.py:": "marks of words, by which they are found; the words themselves are other rows",
    "texting/duplicates/finding.py:take_back": "a colleague's word that two contacts are different people",
    "texting/duplicates/states.py:write": "what a merge had written, taken back by hand; who had a tag stays on hold",
    "texting/fields/writing.py:_store": "a value that somebody took out, as one that is written over",
    "texting/fields/writing.py:take_off": "what stood at a stranger's number; whoever takes it off can put it back",
    "texting/filtering/saving.py:delete": "a saved filter, not its contacts",
    "texting/views/saved_filters.py:delete_filter": "calls the one above",
    "texting/tagging.py:_delete": "a tag, not its contacts: who had it stays on hold (`HeldContact`)",
    "texting/tagging.py:take_off": "a tag of a contact: who had it stays on hold (`HeldContact`)",
    "texting/turns.py:turn": QUEUE,
    "texting/webhooks/forgetting.py:_forget": OWN + ": TEXTING_QUARANTINE_GUARDS",
}
EMPTYING = {
    "compliance/reviewing/judging.py:judge": "a draft of a review that is given: its words are those of the review",
    "compliance/screening/ended.py:forget": "copies of words that end: who ends them has asked",
    "portal/payments/hearing.py:_end": OWN + ": TEXTING_QUARANTINE_GUARDS; what is taken in stands in the books",
    "portal/secure/ended.py:forget": "half of a link to words that end: who ends them has asked",
    "portal/secure/ending.py:_end": "nobody here can open it without the half that went with the link (decision 296)",
    "retention/erasing/rows.py:end_beside": "what stood beside words whose key is destroyed already",
    "texting/duplicates/merging.py:_forget": OWN + ": TEXTING_MERGE_KEEPERS",
    "texting/ended.py:_forget_what_came_back": "copies of words that end: " + OWN + " before",
    "texting/ended.py:end_notes": OWN + " before: an erasure asks `stopping.stops`",
    "texting/ended.py:end_words": OWN + " before: TEXTING_ENDING_GUARDS by hand, RETENTION_KEEPERS by a period",
    "texting/persons.py:part": OWN + ": TEXTING_MERGE_KEEPERS",
    "texting/scheduled/states.py:move": "a planned text: what was sent of it is a text, nobody outside saw the rest",
    "texting/webhooks/quarantine.py:_end": OWN + ": TEXTING_QUARANTINE_GUARDS; what is taken in is a text",
}
"""Updates that leave an encrypted column empty: what a hold does, or why it need not."""
OTHERWISE = {
    "portal/payments/hearing.py:_by_hold": "kept_days(",
    "portal/payments/hearing.py:discard_all": "_by_hold(",
    "portal/payments/hearing.py:_take_in_next": "kept_days(",
    "portal/payments/tidying.py:_tidy": "not_held(",
    "texting/carrier_copies.py:_take": "kept_copies(",
    "texting/carrier_copies.py:_ask_line": "kept_copies(",
    "texting/carrier_copies.py:_free_still": "kept_copies(",
    "texting/duplicates/merging.py:_forget": "kept_contacts(",
    "texting/persons.py:part": "_of_held(",
    "texting/persons.py:_of_held": "kept_contacts(",
    "texting/webhooks/forgetting.py:_forget": "kept_days(",
    "texting/webhooks/quarantine.py:discard": "kept_days(",
    "texting/webhooks/quarantine.py:discard_all": "kept_days(",
    "texting/webhooks/quarantine.py:replay": "kept_days(",
    "texting/webhooks/quarantine.py:_try_next": "kept_days(",
    "texting/redacting.py:redact": "may_end(",
}
"""What ends content without deleting rows: the words in the function by which it asks."""


def places() -> set[str]:
    files = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]
    files += [ROOT / path for path in OF_ACCOUNTS]
    return {
        f"{path.relative_to(ROOT).as_posix()}:{name}"
        for path in files
        if not {"migrations", "simulator"} & set(path.parts)
        for name in deleting(ast.parse(path.read_text()), "")
    }


def deleting(node: ast.AST, name: str) -> Iterator[str]:
    """Names of the functions that delete; "" at the top of a module."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        name = node.name
    if isinstance(node, ast.Call) and _deletes(node.func):
        yield name
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"\bDELETE FROM\b", node.value):
        yield name
    for child in ast.iter_child_nodes(node):
        yield from deleting(child, name)


def _deletes(function: ast.expr) -> bool:
    called = getattr(function, "attr", getattr(function, "id", ""))
    on = getattr(getattr(function, "value", None), "id", "")
    return called in {"delete", "destroy_keys", "_raw_delete", "destroy_days"} and on not in {"cache", "redis"}


def test_of_every_place_that_deletes_it_is_said_what_a_hold_does():
    found = places()
    assert len(found) > 40
    assert found - PLACES.keys() == set(), "say in PLACES how a legal hold stops it, or why it need not"
    assert PLACES.keys() - found == set(), "said of a place that is gone"


def encrypted_columns() -> set[str]:
    """Names of all columns of customers' words that may be empty."""
    return {
        field.attname for model in apps.get_models() for field in encrypted_fields(model) if field.null or field.blank
    }


def emptying(node: ast.AST, columns: set[str], name: str) -> Iterator[str]:
    """Names of the functions that call `update` with one of these columns as None, or assign None to it."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        name = node.name
    given = node.keywords if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "update" else []
    if any(each.arg in columns and _is_nothing(each.value) for each in given):
        yield name
    if isinstance(node, ast.Assign) and any(_sets(node.value, target, columns) for target in node.targets):
        yield name
    for child in ast.iter_child_nodes(node):
        yield from emptying(child, columns, name)


def _sets(value: ast.expr, target: ast.expr, columns: set[str]) -> bool:
    if isinstance(target, ast.Tuple):
        values = value.elts if isinstance(value, ast.Tuple) else [value] * len(target.elts)
        return any(_sets(one, each, columns) for one, each in zip(values, target.elts, strict=False))
    return isinstance(target, ast.Attribute) and target.attr in columns and _is_nothing(value)


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def test_of_every_update_that_empties_an_encrypted_column_it_is_said_what_a_hold_does():
    columns = encrypted_columns()
    files = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{name}"
        for path in files
        if not {"migrations", "simulator"} & set(path.parts)
        for name in emptying(ast.parse(path.read_text()), columns, "")
    }
    assert found, "the search finds what is there"
    assert found - EMPTYING.keys() == set(), "say in EMPTYING how a legal hold stops it, or why it need not"
    assert EMPTYING.keys() - found == set(), "said of a place that is gone"


def test_what_asks_a_guard_does_ask():
    for place, words in OTHERWISE.items():
        path, name = place.split(":")
        text = (ROOT / path).read_text()
        [found] = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.FunctionDef) and one.name == name]
        assert words in (ast.get_source_segment(text, found) or ""), place
    names = ("TEXTING_COPY_GUARDS", "TEXTING_QUARANTINE_GUARDS", "TEXTING_ENDING_GUARDS", "TEXTING_MERGE_KEEPERS")
    for name in (*names, "RETENTION_KEEPERS"):
        assert any(path.startswith("retention.holds.freezing.") for path in getattr(settings, name)), name
