"""How Nexus writes dates where it speaks to people: day before month, twenty-four hours."""
