"""Synthetic handwriting: letters written stroke by stroke, by another hand each time, and pictures made worse.

Training sees it, and so do models that are compared before one takes another's place.
"""
