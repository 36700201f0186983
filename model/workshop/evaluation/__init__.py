"""How well a model reads strangers.

`evaluate` asks it about `pictures`, plain and after `hardships`, and `transcripts` about whole pages; answers become
`figures`, these `tables` and `charts`. The photos and pages that are simulated here are shared with no training.
"""
