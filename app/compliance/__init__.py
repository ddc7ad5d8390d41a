"""Contact within the law: the rules by state, the lists, the gate before every contact, its log."""
