"""Further forms of what is packed: OSCAL, and pages as PDF."""
