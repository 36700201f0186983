"""Rooms and interventions, in tables."""
