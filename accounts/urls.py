"""Addresses of accounts."""

from django.conf import settings as configured
from django.urls import path

from accounts.views import (
    account,
    audit,
    directory,
    integrations,
    joining,
    mailbox,
    organizations,
    people,
    roles,
    sessions,
    settings,
    signing_in,
)

urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("sign-in/code/", signing_in.ask_second_factor, name="second_factor"),
    path("sign-in/set-up/", signing_in.set_up_second_factor, name="set_up_second_factor"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("confirm/", signing_in.confirm_identity, name="confirm_identity"),
    path("join/", joining.join, name="join"),
    path("join/<str:token>/", joining.open_link, name="open_link"),
    path("organization/<uuid:organization_id>/", organizations.switch_organization, name="switch_organization"),
    path("settings/", settings.first_page, name="settings"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/invite/", people.invite, name="invite"),
    path("settings/people/<uuid:member_id>/", people.person, name="person"),
    path("settings/people/<uuid:member_id>/change/", people.change_person, name="change_person"),
    path("settings/people/<uuid:member_id>/deactivate/", people.deactivate, name="deactivate"),
    path("settings/people/<uuid:member_id>/reactivate/", people.reactivate, name="reactivate"),
    path("settings/people/<uuid:member_id>/link/", people.renew_link, name="renew_link"),
    path("settings/people/<uuid:member_id>/reset/", people.reset_sign_in, name="reset_sign_in"),
    path("settings/roles/", roles.roles, name="roles"),
    path("settings/audit/", audit.audit_log, name="audit_log"),
    path("settings/audit/check/", audit.check, name="audit_check"),
    path("settings/audit/export/", audit.export, name="audit_export"),
    path("settings/api/", integrations.api_keys, name="api_keys"),
    path("settings/api/new/", integrations.new_api_key, name="new_api_key"),
    path("settings/api/<uuid:integration_id>/", integrations.api_key, name="api_key"),
    path("settings/api/<uuid:integration_id>/roll/", integrations.roll_api_key, name="roll_api_key"),
    path("settings/api/<uuid:integration_id>/end/", integrations.end_integration, name="end_integration"),
    path("settings/api/<uuid:integration_id>/keys/<uuid:key_id>/end/", integrations.end_api_key, name="end_api_key"),
    path("settings/directory/", directory.directory, name="directory"),
    path("settings/directory/token/", directory.new_directory_token, name="new_directory_token"),
    path("settings/directory/token/<uuid:token_id>/end/", directory.end_directory_token, name="end_directory_token"),
    path("settings/directory/groups/<uuid:group_id>/", directory.directory_group, name="directory_group"),
    path("settings/account/", account.account, name="account"),
    path("settings/account/password/", account.change_password, name="change_password"),
    path("settings/account/authenticator/", account.set_up_authenticator, name="set_up_authenticator"),
    path("settings/account/authenticator/remove/", account.remove_authenticator, name="remove_authenticator"),
    path("settings/sessions/", sessions.sessions, name="sessions"),
    path("settings/sessions/end-others/", sessions.end_others, name="end_other_sessions"),
    path("settings/sessions/<uuid:session_id>/end/", sessions.end, name="end_session"),
]

if configured.MAILBOX_ENABLED:
    urlpatterns += [
        path("mailbox/", mailbox.mailbox, name="mailbox"),
        path("mailbox/list/", mailbox.arrived, name="mailbox_list"),
        path("mailbox/<uuid:mail_id>/", mailbox.one_mail, name="mailbox_mail"),
    ]
