"""What the laboratory adds to the catalogs of Deixis: tasks, benchmarks, entities, a source."""
