"""Django's PostgreSQL backend with a pool that says quickly when the server is away (`settings.DATABASES`)."""
