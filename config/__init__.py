"""How the parts are put together; the only package that knows all of them.

`settings` (read through `env`) says how an installation is set up, `plugged_in` what each part gives to a lower one,
`urls` all addresses, `navigation` the rail, `schedule` what the clock starts. `ui` are the pieces that pages are made
of, `words` the catalogues of other languages, `embedded` the servers that `manage.py up` and the tests bring along,
`demo` the organization to try everything with, `postgresql` our pool of connections.
"""
