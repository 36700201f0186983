"""Slack, through Bolt and its Web API."""
