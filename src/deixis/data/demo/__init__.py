"""Half a dozen pictures with their whole truth serve `deixis demo` and first steps."""
