"""What others decide and the market looks up: code lists, identifiers, working days. Owns the code lists' tables."""
