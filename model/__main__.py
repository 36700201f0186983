"""`python -m model …`: the workshop's command line."""

from model.workshop.command_line import main

if __name__ == "__main__":
    main()
