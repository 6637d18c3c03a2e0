"""Pictures and files in texts.

In: a webhook notes what lies at the provider (`noting`); after the commit a task fetches it (`fetching`), has it looked
at (`scanning`, `inspecting`), and stores it sealed (`storing`). Out: a member's file goes the same way in their request
(`uploading`), is bound to a text when that is queued (`binding`), and the provider fetches it from an address that
counts for one attempt (`links`).

Nothing that came in is ever shown as it came: pictures are drawn anew, everything else is handed out to be saved only.
"""
