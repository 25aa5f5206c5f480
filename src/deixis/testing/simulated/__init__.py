"""Simulated models: they render nothing, know the truth of pictures, and answer questions about
places as a kind of model would, in its words and its space, with the errors that you choose.
"""

from deixis.testing.simulated.kinds import Kind, kinds
from deixis.testing.simulated.manner import Manner
from deixis.testing.simulated.model import SimulatedModel, simulated
from deixis.testing.simulated.scene import Scene, scene

__all__ = ["Kind", "Manner", "Scene", "SimulatedModel", "kinds", "scene", "simulated"]
