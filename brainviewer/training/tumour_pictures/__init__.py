"""The network that names a tumour on one picture: its data, and what it is measured with."""
