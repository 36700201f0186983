"""Handwriting collected on paper: sheets to print, and photographs of filled ones on their way to samples.

`layout` says where everything lies, `printing` draws it, `finding` finds it again in a photograph, however the paper is
bent (`bending`), `cells` cuts it out, `judging` asks the model, `contact` shows a person what was found, and `keeping`
adds it to the samples, each sheet of paper once (`copies`).
"""
