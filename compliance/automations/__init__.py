"""An organization's own rules: when something happens, if its conditions hold, then it acts.

`kinds` says what a rule is made of, `rules` keeps it, `triggering` writes down what set rules off, in the transaction
in which it happened; `working` does what follows, from those rows, each in one transaction that also says so: whoever
dies has done nothing, and whatever is told twice is one row. `scene` is what conditions are asked of, `acting` does one
action through the use case that a member would use, with the rights of the rule's owner; every text passes the gate.

What a rule does may set off others once (`MOST_DEPTH`), and no more than so many times in a conversation and hour
(`working`): two rules that answer each other, or an answering machine at the other end, come to an end.
"""
