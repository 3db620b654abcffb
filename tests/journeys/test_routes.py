"""Every route of the URL configuration, in both languages: axe finds nothing, and nothing scrolls sideways at 320 px."""
