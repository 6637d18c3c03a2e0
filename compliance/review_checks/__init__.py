"""The four review checks: a follow-up text confirmed the opt-in; the beginning says who writes and how to opt out;
nothing sensitive was shared; gray areas went to another channel.

`judging` decides, over plain `facts` and nothing else. `gathering` reads the facts of many conversations. `computing`
judges them and keeps what came out, in versions. What makes a conversation due stands in `marking`: the use case that
resolves it, and a look for what came later. `clock` does what is due, `running` and `working` compute history anew.
Decision 220.
"""
