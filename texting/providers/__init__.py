"""Adapters: each turns one provider's API and webhooks into the plain values of `base.py`. No Django models here."""
