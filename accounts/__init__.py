"""Who is here and what may they do."""
