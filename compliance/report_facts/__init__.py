"""What reports count of texts whose rows a purge deletes, and of customers who are forgotten (decision 366)."""
