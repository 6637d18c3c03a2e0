"""Single sign-on with an organization's own identity provider (SAML 2.0, web browser profile).

python3-saml never meets the network bare: `precheck` reads the message first and refuses whatever has no business in
it, the library checks signature and schema, `postcheck` checks what the library lets pass. Each rule and why it is
there: `docs/decisions/0040-saml.md`.

An answer of a provider is good for its organization only, once, and in the browser that asked. Who somebody is is
(organization, provider, NameID); an e-mail address decides only once, at the first time, and only in a domain that the
organization has proved to be its own.
"""
