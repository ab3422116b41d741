"""The mass mailbox: SMTP in, reading, quoting, rules, thread matching, composing, SMTP out.

`runtime` starts `server.MailServer`, calls `receiving` for each saved mail and gives `sending.SmarthostChannel` to the
delivery job. Start reading with `receiving`; every decision on the way is a pure function that keeps its reasons.
"""
