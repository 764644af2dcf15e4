"""How fast xlmill is, next to other engines, on answers that were checked: `make bench`."""
