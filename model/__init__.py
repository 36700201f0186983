"""The recogniser of handwritten hiragana, which knows nothing of the bot: the reader, and below it the `workshop`.

`classifier` answers, with `preprocess` for one letter, `pages` for many and `finder` for photos; all of them stand on
`segmentation`. `explaining` says why, `rendering` draws it, and `check_set` compares two models. A test keeps it
so that nothing of the reader needs the workshop, where models are trained, evaluated and released, or TensorFlow.
"""
