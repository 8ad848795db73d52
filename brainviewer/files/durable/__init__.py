"""The one layer through which everything is written that must survive a crash or a power loss."""
