"""The console command `custody`: everything that is done from the shell, one module per noun."""

from custody.cli.entry import cli, main

__all__ = ["cli", "main"]
