"""What the detectors find in texts, and what follows: masking on the way in, a stop on the way out, findings to judge.

`masking` decides what is removed before anything is stored; `arriving` does so for texts on their way in, `noting`
keeps what was found without its value, `answering` tells the customer the safe way. Texts on their way out are judged
by `send_policies.content` with what `outbound` finds; `refusing` keeps what was found in those that were refused.
"""
