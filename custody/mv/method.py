"""The name under which results of this engine are frozen; raised whenever a number could change."""

METHOD_VERSION = "custody-mv 1"
