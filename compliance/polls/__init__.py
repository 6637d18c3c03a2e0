"""Opinion polls: a question with a few answers, sent as an announcement, its replies counted.

`writing` keeps question and answers and composes the text, `choosing` reads which answer a reply means, `hearing`
counts replies as they come in, `thanking` does what follows an answer, `reminding` asks once more, `policy` keeps back
what would come too late, `reading` is what pages show. Nothing here sends to many: `texting.announcements` does,
through the gate.
"""
