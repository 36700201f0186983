"""Where every character of a page is: a network of its own answers, for scans, drawings and photos alike.

`view` is what it sees, `detect` what it says of one view, and `looks` asks it about a whole picture, from afar and then
from near, where letters are small.
"""
