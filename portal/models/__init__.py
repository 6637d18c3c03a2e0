"""What the portal stores: nothing yet; secure messages and payment requests will live here."""
