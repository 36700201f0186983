"""What can be wrong with the files that a model is made of."""


class DamagedFile(ValueError):
    """A file is not what it should be; the message names the file, the place in it, and what to do."""
