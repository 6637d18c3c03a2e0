"""Evidence for an auditor: what was recorded in a period, as rows, figures over them, a paper and a signed list.

`sections` are the files and how rows become cells, `criteria` which of them speaks for which criterion, `writing` the
pack, `paper` the PDF, `verifying` what the command asks. Ids and times only: no customer's name, number or words, and
no colleague's name. Nothing says that anybody is certified.
"""
