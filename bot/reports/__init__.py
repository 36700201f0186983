"""Reports of events: found, matched, asked for, begun; and the slides beside them."""
