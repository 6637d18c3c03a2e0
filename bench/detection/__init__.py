"""How well the detectors and the intents do: labelled messages of our own, the rules of scoring, a peer beside it."""
