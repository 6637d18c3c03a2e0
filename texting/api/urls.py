"""Addresses below /api/v1/ that are about texting."""

from django.urls import path

from texting.api import announcements, contact_acts, contacts, conversations, lines, messages, searching, series

_ANNOUNCEMENT = "announcements/<uuid:announcement_id>"
_CONVERSATION = "conversations/<uuid:conversation_id>"

urlpatterns = [
    path("messages", messages.Messages.as_view(), name="api_messages"),
    path("messages/batch", messages.MessageBatch.as_view(), name="api_message_batch"),
    path("messages/<uuid:message_id>", messages.OneMessage.as_view(), name="api_message"),
    path("messages/<uuid:message_id>/cancel", messages.MessageCancellation.as_view(), name="api_message_cancel"),
    path("messages/<uuid:message_id>/redact", messages.MessageRedaction.as_view(), name="api_message_redact"),
    path("messages/<uuid:message_id>/delete", messages.MessageDeletion.as_view(), name="api_message_delete"),
    path("conversations", conversations.Conversations.as_view(), name="api_conversations"),
    path(_CONVERSATION, conversations.OneConversation.as_view(), name="api_conversation"),
    path(f"{_CONVERSATION}/assignee", conversations.ConversationAssignee.as_view(), name="api_assignee"),
    path(f"{_CONVERSATION}/resolve", conversations.ConversationResolution.as_view(), name="api_resolve"),
    path(f"{_CONVERSATION}/reopen", conversations.ConversationReopening.as_view(), name="api_reopen"),
    path(f"{_CONVERSATION}/read", conversations.ConversationReading.as_view(), name="api_read"),
    path(f"{_CONVERSATION}/notes", conversations.ConversationNotes.as_view(), name="api_notes"),
    path("contacts", contacts.Contacts.as_view(), name="api_contacts"),
    path("contacts/search", contacts.ContactSearch.as_view(), name="api_contact_search"),
    path("contacts/<uuid:contact_id>", contacts.OneContact.as_view(), name="api_contact"),
    path("contacts/<uuid:contact_id>/block", contact_acts.ContactBlocking.as_view(), name="api_block"),
    path("contacts/<uuid:contact_id>/unblock", contact_acts.ContactUnblocking.as_view(), name="api_unblock"),
    path("contacts/<uuid:contact_id>/merge", contact_acts.ContactMerging.as_view(), name="api_merge"),
    path("contacts/<uuid:contact_id>/part", contact_acts.ContactParting.as_view(), name="api_part"),
    path("announcements", announcements.Announcements.as_view(), name="api_announcements"),
    path(_ANNOUNCEMENT, announcements.OneAnnouncement.as_view(), name="api_announcement"),
    path(f"{_ANNOUNCEMENT}/recipients", announcements.AnnouncementRecipients.as_view(), name="api_recipients"),
    path(f"{_ANNOUNCEMENT}/start", announcements.AnnouncementStart.as_view(), name="api_announcement_start"),
    path(f"{_ANNOUNCEMENT}/pause", announcements.AnnouncementPause.as_view(), name="api_announcement_pause"),
    path(f"{_ANNOUNCEMENT}/resume", announcements.AnnouncementResumption.as_view(), name="api_announcement_resume"),
    path(f"{_ANNOUNCEMENT}/cancel", announcements.AnnouncementCancellation.as_view(), name="api_announcement_cancel"),
    path("search", searching.Search.as_view(), name="api_search"),
    path("series", series.ManySeries.as_view(), name="api_all_series"),
    path("series/<uuid:series_id>", series.OneSeries.as_view(), name="api_series"),
    path("series/<uuid:series_id>/pause", series.SeriesPause.as_view(), name="api_series_pause"),
    path("series/<uuid:series_id>/resume", series.SeriesResumption.as_view(), name="api_series_resume"),
    path("series/<uuid:series_id>/cancel", series.SeriesCancellation.as_view(), name="api_series_cancel"),
    path("lines", lines.Lines.as_view(), name="api_lines"),
    path("lines/<uuid:line_id>/members", lines.LineMembers.as_view(), name="api_line_members"),
]
