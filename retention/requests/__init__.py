"""Requests of people about their own data: what is held of a number, a copy of it, its end.

A request is opened by a member, has a clock by the law it is made under, and stays in the log for 24 months. What is
held of a number is listed in one place (`parts`), which the page, the copy and the erasure read.
"""
