"""Vision towers that know the things of `deixis_lab.things`, and how they are taught."""
