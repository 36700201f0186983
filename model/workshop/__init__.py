"""The workshop: where the reader is trained, evaluated, released and explained. Nothing of it is needed to read.

Each on those before it: `sources` of pictures, `training`, `evaluation`, `release`, `explaining`, and `paper` for
handwriting on paper; the `command_line` knows them all.
"""
