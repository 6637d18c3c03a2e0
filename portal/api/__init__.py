"""What programs do with private messages and requests for payment."""
