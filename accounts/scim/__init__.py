"""SCIM 2.0 (RFC 7643, 7644): the company's directory creates, changes and removes people and groups by itself.

A directory is a machine member of its organization, so what it does stands in the audit log under its name. Its token
opens `/scim/v2/` for that organization only. It may deactivate everybody but the last owner, brings back nobody whom an
admin removed, and never touches what a person does in another organization: not the name, not the address, not the way
to sign in. `endpoint` and `views` are the edge; `people` and `groups` do the work; the other modules are plain values.
"""
