"""The addresses of the REST API that are about texts, conversations, contacts, lines."""
