"""The five services of the full size on one Debian machine, loopback only. Standard library only:
this runs before any Python package of the platform is installed."""
