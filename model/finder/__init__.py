"""Where in a photo something is written: a small network that knows tables, shadows and sheets, and knows ink.

`find` asks it and `pen` draws what it found; `views` are parts and other sides of a picture, `character_views` those in
which one character may be found. How it is
trained stands in `model.workshop.training.finder`.
"""
