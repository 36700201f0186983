"""The site on which a group publishes its reports."""
