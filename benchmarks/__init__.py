"""Every figure that README and docs claim, measured: `make bench`."""
