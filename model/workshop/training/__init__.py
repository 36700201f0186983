"""From sources to a trained network; it reads from `train` on.

What is practised: `practice`, `dataset`, `augment`. By which `network`, and how it learns: `learning`. In `finder` the
second network is trained, the one that looks at photos.
"""
