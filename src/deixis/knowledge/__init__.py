"""Knowledge: what other models see in a picture, as Regions, brought into the vision tokens."""
