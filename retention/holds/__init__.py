"""Legal holds. `covering` turns what a hold says into conditions; `freezing` is asked by everything that deletes.

`placing` and `releasing` change holds, `reading` shows them, `clock` reminds. Decisions 294 to 296.
"""
