"""Processes in which what strangers send is opened."""
