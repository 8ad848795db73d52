"""The study list: where studies come from, its rows, and what is kept of them."""
