"""The recogniser of handwritten hiragana: it is trained, measured and used from here, and it knows nothing of the bot.

Three modules are for everyone and cheap to import: `model.labels`, `model.reading` and `model.classifier`. The others
belong to training and need the `train` extra.
"""
