"""What kind of text a text is: the six administrative types, a person's own reply, an offer; and what each may hold.

`kinds` are plain values and the rules as data; `catalogue` adds the words for screens.
"""
