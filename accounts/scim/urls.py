"""Addresses of the SCIM service."""

from django.urls import path, re_path

from accounts.scim import views

urlpatterns = [
    path("ServiceProviderConfig", views.Config.as_view(), name="scim_config"),
    path("Schemas", views.Described.as_view(), name="scim_schemas"),
    path("Schemas/<str:name>", views.Described.as_view(), name="scim_schema"),
    path("ResourceTypes", views.Described.as_view(kind="ResourceTypes"), name="scim_types"),
    path("ResourceTypes/<str:name>", views.Described.as_view(kind="ResourceTypes"), name="scim_type"),
    path(".search", views.SearchAll.as_view(), name="scim_search"),
    path("Users", views.Users.as_view(), name="scim_users"),
    path("Users/.search", views.SearchUsers.as_view(), name="scim_search_users"),
    path("Users/<uuid:person_id>", views.User.as_view(), name="scim_user"),
    path("Groups", views.Groups.as_view(), name="scim_groups"),
    path("Groups/.search", views.SearchGroups.as_view(), name="scim_search_groups"),
    path("Groups/<uuid:group_id>", views.Group.as_view(), name="scim_group"),
    re_path(r"^.*$", views.Unknown.as_view(), name="scim_unknown"),
]
