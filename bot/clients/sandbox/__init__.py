"""Processes in which strangers' bytes are opened: they may read the program, and do nothing else."""
