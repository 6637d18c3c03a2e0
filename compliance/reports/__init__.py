"""Figures on permission: growth, sources, confirmations, opt-outs, forms. Counts only; nothing about one customer."""
