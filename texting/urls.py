"""Addresses of texting."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path

from texting.views import (
    connecting,
    conversation,
    handling,
    inbox,
    lines,
    live_token,
    people,
    quarantine,
    starting,
    webhook_endpoints,
    webhook_log,
    webhook_secrets,
    writing,
)
from texting.webhooks import views as webhooks

_LINE = "settings/lines/<uuid:line_id>/"
_CONVERSATION = "inbox/c/<uuid:conversation_id>/"
_ENDPOINT = "settings/webhooks/<uuid:endpoint_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("inbox/", inbox.inbox, name="inbox"),
    re_path(r"^inbox/(?P<kind>mine|unassigned|resolved)/$", inbox.inbox, name="inbox_filter"),
    path("inbox/team/<uuid:team_id>/", inbox.team_inbox, name="inbox_team"),
    path("inbox/rows/", inbox.rows, name="inbox_rows"),
    path("inbox/counts/", inbox.counts, name="inbox_counts"),
    path("inbox/search/", inbox.search, name="inbox_search"),
    path("inbox/new/", starting.new_conversation, name="new_conversation"),
    path(_CONVERSATION, conversation.conversation, name="conversation"),
    path(_CONVERSATION + "updates/", conversation.updates, name="conversation_updates"),
    path(_CONVERSATION + "earlier/", conversation.earlier, name="conversation_earlier"),
    path(_CONVERSATION + "texts/<uuid:message_id>/", conversation.text, name="conversation_text"),
    path(_CONVERSATION + "preview/", writing.preview, name="conversation_preview"),
    path(_CONVERSATION + "send/", writing.send, name="conversation_send"),
    path(_CONVERSATION + "note/", writing.note, name="conversation_note"),
    path(_CONVERSATION + "draft/", writing.draft, name="conversation_draft"),
    path(_CONVERSATION + "take/", handling.take, name="conversation_take"),
    path(_CONVERSATION + "assign/", handling.assign, name="conversation_assign"),
    path(_CONVERSATION + "resolve/", handling.resolve, name="conversation_resolve"),
    path(_CONVERSATION + "reopen/", handling.reopen, name="conversation_reopen"),
    path(_CONVERSATION + "read/", handling.read, name="conversation_read"),
    path(_CONVERSATION + "unread/", handling.unread, name="conversation_unread"),
    path(_CONVERSATION + "presence/", handling.present, name="conversation_presence"),
    path("contacts/", people.contacts, name="contacts"),
    path("contacts/find/", people.find_contact, name="find_contact"),
    path("contacts/<uuid:contact_id>/", people.contact, name="contact"),
    path("contacts/<uuid:contact_id>/name/", people.rename, name="rename_contact"),
    path("settings/lines/", lines.all_lines, name="lines"),
    path("settings/lines/connect/", connecting.choose_provider, name="choose_provider"),
    path("settings/lines/connect/<slug:provider>/", connecting.connect, name="connect_line"),
    path("settings/lines/connect/<slug:provider>/numbers/", connecting.account_numbers, name="account_numbers"),
    path(_LINE, lines.line, name="line"),
    path(_LINE + "heard/", lines.heard, name="line_heard"),
    path(_LINE + "state/", lines.switch, name="switch_line"),
    path(_LINE + "again/", lines.try_again, name="try_line_again"),
    path(_LINE + "token/", lines.change_token, name="change_token"),
    path(_LINE + "token/finish/", lines.finish_token, name="finish_token"),
    path(_LINE + "address/", lines.change_address, name="change_address"),
    path(_LINE + "address/finish/", lines.finish_address, name="finish_address"),
    path("settings/quarantine/", quarantine.refused, name="quarantine"),
    path("settings/quarantine/news/", quarantine.news, name="quarantine_news"),
    path("settings/quarantine/take-in/", quarantine.take_in_all, name="quarantine_take_in_all"),
    path("settings/quarantine/discard/", quarantine.discard_all, name="quarantine_discard_all"),
    path("settings/quarantine/<uuid:request_id>/take-in/", quarantine.take_in, name="quarantine_take_in"),
    path("settings/quarantine/<uuid:request_id>/discard/", quarantine.discard, name="quarantine_discard"),
    path("settings/webhooks/", webhook_endpoints.endpoints, name="webhooks"),
    path("settings/webhooks/add/", webhook_endpoints.add, name="webhook_add"),
    path(_ENDPOINT, webhook_log.endpoint, name="webhook"),
    path(_ENDPOINT + "edit/", webhook_endpoints.edit, name="webhook_edit"),
    path(_ENDPOINT + "enable/", webhook_endpoints.enable, name="webhook_enable"),
    path(_ENDPOINT + "disable/", webhook_endpoints.disable, name="webhook_disable"),
    path(_ENDPOINT + "remove/", webhook_endpoints.remove, name="webhook_remove"),
    path(_ENDPOINT + "secret/", webhook_secrets.secret, name="webhook_secret"),
    path(_ENDPOINT + "secret/change/", webhook_secrets.change_secret, name="webhook_change_secret"),
    path(_ENDPOINT + "secret/finish/", webhook_secrets.end_old_secret, name="webhook_end_old_secret"),
    path(_ENDPOINT + "content/", webhook_secrets.content, name="webhook_content"),
    path(_ENDPOINT + "content/stop/", webhook_secrets.stop_content, name="webhook_stop_content"),
    path(_ENDPOINT + "test/", webhook_log.send_test, name="webhook_test"),
    path(_ENDPOINT + "replay/", webhook_log.replay_failed, name="webhook_replay_failed"),
    path(_ENDPOINT + "deliveries/<uuid:delivery_id>/", webhook_log.delivery, name="webhook_delivery"),
    path(_ENDPOINT + "deliveries/<uuid:delivery_id>/replay/", webhook_log.replay, name="webhook_replay"),
    path("live/token/", live_token.live_token, name="live_token"),
    path("webhooks/<slug:provider>/<str:key>/inbound", webhooks.inbound, name="webhook_inbound"),
    path("webhooks/<slug:provider>/<str:key>/status/<str:token>", webhooks.status, name="webhook_status"),
]

if settings.SIMULATOR_ENABLED:
    urlpatterns.append(path("phones/", include("texting.simulator.urls")))
