"""Organisers' pages, the first steps in a new server, and what is done by hand."""
