"""Inputs made to harm, thrown at everything of Deixis that reads what strangers wrote."""
