"""Where in a photo something is written: a small network that knows tables, shadows and sheets, and knows ink.

Nothing in the room imports the modules that practise (`scenes`, `network`, `practice`): `find` and `pen` are what runs.
"""
