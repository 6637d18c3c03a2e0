"""Second factors: what there is, what an organization asks for, how each is set up, shown and taken away."""
