"""All that people ask comes in here: commands, pictures, buttons."""
