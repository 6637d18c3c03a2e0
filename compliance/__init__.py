"""Who may be texted, what may be said, what must be looked at.

* Who may be texted: `ledger` keeps what customers agreed to and withdrew; `opt_in`, `opt_in_forms`, `requesting`,
  `importing` and `implied` write permission into it, `opt_out` ends it, `carrier` compares it with theirs; `receipts`
  show it. `words` says what a customer's own words mean for it, `hours` when it counts.
* What may be said: `detectors` and `intents` (plain values) read a text, `screening` acts on what they find,
  `content_types` says what kind it is, `message_templates` are texts that were checked before.
* `send_policies` are all those rules as the gate of texting asks them, `inbound_steps` as a text comes in.
* What must be looked at: `findings`, `escalations` with `other_channels`, `review_checks` (by rules), `reviewing` (by
  people), `actions` (what is improved), `measures` (which laws, and what shows that they are kept).
* By itself: `automations`, `polls`, `satisfaction`. Figures: `reports` (permission), `work` (the daily work).
"""

from compliance import compiled

compiled.use()
