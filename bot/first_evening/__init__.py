"""`tsudoi init`: an organiser's first evening, from nothing to a configuration that was checked and rehearsed."""
