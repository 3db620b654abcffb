"""The erasure register: a file beside the database that says what must not come back when a backup is restored."""
