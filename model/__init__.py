"""The recogniser of handwritten hiragana: it is trained, measured and used from here, and it knows nothing of the bot.

What reads lies on top and in two folders: `classifier` answers, with `preprocess` for one letter, `pages` for many and
`finder` for photos. It needs no TensorFlow. Below it, each on those before it: `sources` of pictures, `training`,
`judging`, `release`, `explaining`, and `sheet` for handwriting on paper. A test keeps it so.
"""
