"""Everything that happened about one number, as a page, a PDF and JSON that a lawyer can check."""
