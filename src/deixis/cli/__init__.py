"""The command line has one file per subcommand, with arguments and printing only."""
