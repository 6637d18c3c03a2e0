"""The daily work in figures: texts, answers, delivery, cost. Counts of settled days and rows of the others, as one."""
