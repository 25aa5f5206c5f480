"""A contract by measurement: pictures of known shapes are shown, and the answers tell in which
dialect, order and space a model writes places, how exact they are, and what it follows.
"""

from deixis.ask.probe.probing import Probe, ProbeSettings, probe

__all__ = ["Probe", "ProbeSettings", "probe"]
