"""Events: watched, announced, told on request, shown in calendars."""
