"""What customers want that is not to be settled by text: why do you text me, tell me the secret, here is my card.

`classify(text)` says which of the three a text is, with reasons. A gate of cue words lets most texts go at once; then
a small linear model over words and neighbours decides. Everything here is plain values: no Django.
"""

from compliance.intents.model import MODEL_VERSION, Intent, IntentName, Reason, classify

__all__ = ["MODEL_VERSION", "Intent", "IntentName", "Reason", "classify"]
