"""Sends and receives texts through a provider.

* In: `webhooks` takes a provider's request, `receiving` stores the text once, `inbound_steps` are what higher parts do
  with it in the same transaction; `fetching` looks for what was missed.
* Out: `sending` is the only way. It asks the `gate`, whose rules higher parts give, and stores text, verdict and an
  entry of the `outbox` together; `delivery` hands it to one of the `providers`; `progress` moves its status forward, as
  `recording` (answers), `status_reports` and `reconciling` (what got lost) learn more.
* How much and where to: `limits`. A line's troubles: `circuit`; a text's: `attention`.
* To one or many, now or later: `conversations`, `announcements`, `scheduled`.
* Who they are: `contacts`, `persons` and `duplicates`, `tagging`, `fields`, `filtering`.
* What pages and programs read: `queries`, which mask for whoever looks; `searching`, `timeline`, `live`,
  `notifications`, `api`, `outgoing_webhooks`.
* `attachments`: pictures and files. `ended`, `redacting`: how words go. `simulator`: phones in the browser.
"""
