"""What a command that has parts shares: `deixis lab`, `deixis data`, `deixis eval`."""

import argparse


def add_part(
    parts: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    summary: str,
    description: str,
) -> argparse.ArgumentParser:
    """One part's own parser, with its --help as it is written and --json."""
    parser = parts.add_parser(
        name,
        help=summary,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser
