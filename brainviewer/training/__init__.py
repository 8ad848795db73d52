"""How the shipped models were made, and how users make theirs (extra ``train``)."""
