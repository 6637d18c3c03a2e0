"""The addresses of the REST API that are about permission."""
