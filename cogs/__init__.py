"""discord.py extensions, thin: parse, call one service, render."""
