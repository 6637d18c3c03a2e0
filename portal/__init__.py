"""What a customer opens in a browser: secure messages, payment requests."""
