"""Where in a photo something is written: a small network that knows tables, shadows and sheets, and knows ink.

`find` asks it and `pen` looks at what it found; `second_look` and `views` say when to ask, and about what. How it is
trained stands in `model.workshop.training.finder`.
"""
