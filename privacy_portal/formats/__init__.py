"""How Django's own pages write dates: as the portal does."""
