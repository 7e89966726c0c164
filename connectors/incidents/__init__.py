"""Incidents with who responded, and on-call shifts, from PagerDuty, Opsgenie and exported files, behind one contract."""
