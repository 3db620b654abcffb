"""Starting, watching and stopping the portal's processes on one machine."""


class CannotStart(Exception):
    """The portal cannot start; the message is one line for the person at the terminal."""
