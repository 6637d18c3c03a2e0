"""Whether the words beside a box say all that an agreement in writing must say. No Django."""
