"""Who is here and what may they do.

* The way in: `signing_in`, with `passwords`, `second_factor` and `factors`, `saml` (single sign-on), `sessions`,
  `throttling`; `middleware` asks who acts in each request, `step_up` asks anew before what is dangerous.
* Rights: `permissions` (how a page says which one it needs), `permission_catalogue` (all there are), `roles`, `teams`.
* Coming and going: `invitations`, `sign_up`, `scim` (the company's directory), `deactivation`, `leaving`, `ownership`,
  `operators`.
* Reviews of access: `access_reviewing`.
* For programs: `integrations` have keys, and `api` is what every address of the REST API stands on.
* `mail` and `notices`: mails to members.
"""
