"""Many letters in one picture: a page's pieces of ink (`page`), its `lines`, and of each the letters (`lattice`).

`transcribe` puts it together. Letters that touch are cut apart by `touching`; `small` tells っ from つ.
"""
