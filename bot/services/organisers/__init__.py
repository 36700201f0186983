"""Organisers' pages, and the first steps in a new server."""
