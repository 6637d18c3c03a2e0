"""Texts that come from templates: made for the API, remembered when they are sent, named in the thread.

The answers to `texting.origins`.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Permission
from compliance.content_types.kinds import RULES, ContentType
from compliance.message_templates.contact_fields import field_values, unseen
from compliance.message_templates.filling import filled, is_as_filled, known, language_for, read_mark, signature
from compliance.message_templates.placeholders import (
    PLACEHOLDERS,
    Unfilled,
    fields_as_written,
    fields_in,
    instead_of_name,
    without_instead,
)
from compliance.message_templates.reading import usable, usable_versions
from compliance.models import TemplateUse, TemplateVersion
from compliance.scopes import MARKETING
from tenancy.automatic import acting
from tenancy.bulk_writes import insert_rows
from texting.models import Line, Message
from texting.origins import Ask, Made, NotMade, Offered, Sent
from texting.purposes import Purpose
from texting.queries import sees_everybody


class Templates:
    """`texting.origins.Origins`."""

    def offered(self, member: Membership) -> list[Offered]:
        """Published and not archived."""
        return [Offered(row.template_id, row.name, row.bodies[row.languages[0]]) for row in usable(member)]

    def make(self, member: Membership, asked: Sequence[Ask]) -> list[Made | NotMade]:
        """From the version that is named, or the newest; the template must be everybody's or of the line's team."""
        newest = {one.template_id for one in asked if not one.version}
        named = {UUID(one.version) for one in asked if one.version}
        which = Q(template__in=newest, number=F("template__version")) | Q(pk__in=named)
        versions = {row.pk: row for row in usable_versions(member).filter(which)}
        latest = {row.template_id: row for row in versions.values() if row.number == row.template.version}
        chosen = [versions.get(UUID(one.version)) if one.version else latest.get(one.template_id) for one in asked]
        names = fields_in(body for version in versions.values() for body in version.bodies.values())
        pairs = [
            (one, version if version and version.template_id == one.template_id else None)
            for one, version in zip(asked, chosen, strict=True)
        ]
        languages = {language_for(version, one.language) for one, version in pairs if version}
        fields = {each: field_values(member, names, [one.contact for one in asked], each) for each in languages}
        return [
            self._made(member, one, version, found)
            for one, version in pairs
            for found in [fields[language_for(version, one.language)].get(one.contact.pk, {}) if version else {}]
        ]

    def _made(
        self, member: Membership, ask: Ask, version: TemplateVersion | None, fields: Mapping[str, str | None]
    ) -> Made | NotMade:
        if version is None or version.template.team_id not in {None, ask.line.team_id}:
            why = _("There is no such template, it is archived, or it is not for this line. See GET /templates.")
            return NotMade("template", why)
        language = language_for(version, ask.language)
        try:
            values = {**known(member, ask.contact, ask.line), **fields}
            if ask.signer is not None:
                values["agent_name"] = signature(ask.signer)
            text = filled(version, language, known=values, given=ask.values)
        except Unfilled as missing:
            return NotMade("values", str(missing))
        rules = RULES[ContentType(version.type)]
        if rules.scope == MARKETING and ask.purpose not in {None, rules.purpose}:
            why = _("This template needs permission for marketing. Send it with the purpose “%(purpose)s”, or without.")
            return NotMade("purpose", why % {"purpose": rules.purpose.value})
        return Made(text.text, text.origin, ask.purpose or rules.purpose)

    def version(self, template_id: UUID) -> str:
        """The newest version's id."""
        rows = TemplateVersion.objects.filter(template=template_id, number=F("template__version"))
        return str(rows.values_list("pk", flat=True).first() or "")

    def words(self, version: str) -> str:
        """The words of the first language."""
        found = TemplateVersion.objects.filter(pk=UUID(version)).first() if version else None
        return str(found.bodies[found.languages[0]]) if found else ""

    def unseen(self, member: Membership, version: str) -> list[str]:
        """Fields of the first language's words, and the first name where nothing stands instead of it."""
        body = self.words(version)
        fields = fields_as_written(body)
        if sees_everybody(member):
            return [fields[name] for name in unseen(member, fields)]
        name = PLACEHOLDERS["first_name"]
        return [*([str(name.label)] if name.name in without_instead(body) else []), *fields.values()]

    def instead(self, member: Membership, version: str) -> list[str]:
        """Of the first language, each once, in its order."""
        return [] if sees_everybody(member) else instead_of_name(self.words(version))

    def gone(self, member: Membership, line: Line, origin: str) -> str:
        """A template that was archived, or belongs to another team, while somebody wrote."""
        mark = read_mark(origin)
        version = (
            TemplateVersion.objects.filter(pk=mark.version_id).select_related("template").first() if mark else None
        )
        if version is None or not _is_for(version, member, line):
            return _("The template of this text cannot be used here. Read the text over, then send it as your own.")
        if version.template.archived_at is not None:
            sentence = _("“%(name)s” was archived meanwhile. Read the text over, then send it as your own.")
            return sentence % {"name": version.template.name}
        return ""

    def purpose_by_hand(self, origin: str) -> Purpose:
        """An answer, as every text of a member, unless its type needs permission for marketing (decision 233)."""
        mark = read_mark(origin)
        found = TemplateVersion.objects.filter(pk=mark.version_id).first() if mark else None
        rules = RULES[ContentType(found.type)] if found else RULES[ContentType.REPLY]
        return rules.purpose if rules.scope == MARKETING else Purpose.REPLY

    def remember(self, texts: Sequence[Sent]) -> None:
        """One row for each; an origin that names no version of ours was refused before."""
        marks = [(sent, mark) for sent in texts if (mark := read_mark(sent.origin))]
        found = set(
            TemplateVersion.objects.filter(pk__in={mark.version_id for _, mark in marks}).values_list("pk", flat=True)
        )
        change, rule = TemplateUse.Change, acting()
        insert_rows(
            [
                TemplateUse(
                    message_id=sent.message.pk,
                    version_id=mark.version_id,
                    language=mark.language,
                    change=change.NONE if is_as_filled(mark, sent.body) else change.EDITED,
                    rule=rule.name if rule else "",
                )
                for sent, mark in marks
                if mark.version_id in found
            ]
        )

    def notes(self, member: Membership, messages: Sequence[Message]) -> Mapping[UUID, str]:
        """“Reminder”, version 3, edited."""
        ours = [message.pk for message in messages if message.direction == Message.Direction.OUT]
        rows = TemplateUse.objects.filter(message_id__in=ours).select_related("version__template") if ours else ()
        return {row.message_id: note_of(row, member) for row in rows}


def _is_for(version: TemplateVersion, member: Membership, line: Line) -> bool:
    owners = {None, member.pk} if member.may(Permission.TEMPLATES_OWN) else {None}
    return version.template.team_id in {None, line.team_id} and version.template.owner_id in owners


def note_of(use: TemplateUse, reader: Membership) -> str:
    """From which template a text came, in a few words; of a colleague's own only that it was one."""
    if use.version.template.owner_id not in {None, reader.pk}:
        return _("from a template of one colleague's own")
    words = {"name": use.version.name, "number": use.version.number, "rule": use.rule}
    if use.rule:
        return _("by automation “%(rule)s”, from “%(name)s”, version %(number)d") % words
    if use.change == TemplateUse.Change.EDITED:
        return _("from “%(name)s”, version %(number)d, edited") % words
    return _("from “%(name)s”, version %(number)d") % words
