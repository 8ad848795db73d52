"""Any model on labelled data that it was not made from: tested, and compared with another."""
