"""Which event a report is about, and what becomes of it. Pure."""
