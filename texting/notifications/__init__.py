"""Telling members what concerns them: mentions, assignments, customers' texts, escalations.

What happened is noted in the transaction in which it happened (`noting`), whatever a member chose; their choices decide
when it is shown and told (`choosing`). A row holds ids and times. The list (`reading`) asks for every row anew whether
the member may see its conversation, so somebody who lost a team, or whose conversation went to a colleague, is shown
and told nothing of it any more, and the number in the rail is of what the list shows.
"""
