"""How well the types of texts are told: on texts of a grammar, and on texts written by hand that nothing was set by."""
