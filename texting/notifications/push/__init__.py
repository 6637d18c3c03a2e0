"""Waking a member's browsers: a push without any content, after which the browser says that something is new.

`bells` are rung where notifications are written, in the same transaction; the clock answers them (`sending`). Whether a
browser is woken is decided then: the notification is still unread, the member may still see its conversation and wants
this kind pushed, it is no quiet hour, and they are signed in in that browser. `devices` are the browsers, `vapid` signs
towards the push service. Decisions 343 and 344 say why.
"""
