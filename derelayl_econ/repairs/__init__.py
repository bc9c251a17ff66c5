"""From a report that says "not sustainable" to the cheapest scenario that is."""
