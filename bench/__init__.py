"""Benchmarks: one command each, each a ratio of medians over interleaved rounds of one run."""
