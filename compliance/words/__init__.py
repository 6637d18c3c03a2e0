"""What a customer's words mean for being texted. Plain values: no Django."""
