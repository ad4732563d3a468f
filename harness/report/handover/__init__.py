"""What is handed to another person: what there is, packed so that it can be checked, and a README for who gets it."""
