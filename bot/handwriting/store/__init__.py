"""The quiz and the samples, in tables and folders."""
