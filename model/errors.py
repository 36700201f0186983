"""The one tree of the reader's errors. What is raised says what is wrong, and what to do.

ReaderError
├─ ink.BlankImage, ink.UnreadableImage       a picture without ink; an array that is no picture
├─ labels.UnknownLabel                       a character that is no class
├─ network.ModelUnusable                     a model's file or card
├─ DamagedFile                               any other file
└─ tendencies.NotSurveyed, check_set.CheckSetMissing
"""


class ReaderError(ValueError):
    """What was given cannot be read, or read with."""


class DamagedFile(ReaderError):
    """A file is not what it should be; the message names the file, the place in it, and what to do."""
