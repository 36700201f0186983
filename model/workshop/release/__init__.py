"""From a trained network to the file that ships (`export`), with its `card`, and what a new model must do as well."""
