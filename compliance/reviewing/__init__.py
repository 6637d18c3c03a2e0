"""Human review: some conversations are drawn when they are resolved, and people judge them with a scorecard.

`sampling` says what would be drawn and why; `drawing` does it where the review checks are computed. `holding` gives
a reviewer the next one, `judging` keeps what they say, `disputing` what the agent says to it. `waiting` is for others:
which conversations must not be taken away yet. Decisions 260 to 263.
"""
