"""A carrier and a mail server to practise with: everything that leaves is kept, and answers come back as in
life.

What happens depends on the last four digits of the number, the same every time:

| ends in | a text to it                          | a call to it                                        |
|---------|---------------------------------------|-----------------------------------------------------|
| 0142    | delivered                             | answered, talks until we hang up (at most 180 s)    |
| 0143    | delivered                             | rings 25 s, no answer                               |
| 0144    | delivered                             | busy                                                |
| 0145    | fails, 30003 (unreachable)            | fails                                               |
| 0146    | delivered, answers the first with STOP| answered, hangs up after 8 s                        |
| 0147    | delivered, answers the first in words | answered, hangs up after 60 s                       |
| 0148    | delivered                             | a machine answers (voicemail), 20 s                 |
| 0149    | undelivered, 30007 (filtered)         | answered, hangs up after 8 s                        |
| other   | delivered                             | by the last digit: 0-5 answered for 60 s, 6-7 no    |
|         |                                       | answer, 8 voicemail, 9 busy                         |

STOP is remembered per pair of numbers: later texts are refused with 21610 until START. HELP is answered.
Texts and calls with a key that was used before get the first answer again and happen once.

Mail: `refuse…@` is refused at RCPT (550), `busy…@` is put off (451), `lost…@` is kept but the line drops
before the answer, `bounce…@` is taken and comes back as an RFC 3464 report. Everybody else has a mailbox.
"""
