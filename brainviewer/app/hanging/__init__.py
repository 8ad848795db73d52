"""The layout of the panes: what they show now, and which layouts there are."""
