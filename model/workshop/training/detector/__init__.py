"""How the network that finds every character of a page is trained.

`pages` says what is written where, `views` draws a part of it as a phone or a scanner shows it, `lessons` says what the
network should answer there, and `practice` lets it learn.
"""
