"""Adapters to what the bot reads: connpass, the report site, pictures and the recogniser."""
