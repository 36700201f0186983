"""From the pixels of a picture to its pieces of ink: what is a stroke, and what is paper, print or a shadow."""
