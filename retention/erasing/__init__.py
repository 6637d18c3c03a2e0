"""Erasing a person: the contact's key goes first, which reaches every copy and backup; rows say so afterwards.

What stops it is asked under the lock of holds, in the transaction that destroys the key. After that nothing can stop or
undo it: a process that died goes on from the rows, which name the key that is gone.
"""
