"""Ending an organization: nothing is sent from the moment it is settled, 30 days later all keys are destroyed at once.

Until then everything can be read, exported and taken back. Proof of permission and opt-outs stay in escrow for five
years, since whoever sent texts may be asked for it. Decision 307.
"""
