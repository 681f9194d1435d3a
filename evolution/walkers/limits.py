"""The walker's limits: the one place that names them.

They hold for the language (creator), for the value (Walker) and for whatever
comes back from a sandbox. They were fuzzed together with the physics: inside
them no walker produced a non-finite value. Units: metres.
"""

MAX_JOINTS = 100
MAX_MUSCLES = 500
MAX_MUSCLES_PER_JOINT = 32
MAX_COORDINATE = 100.0
# Initial height. A taller walker goes furthest by falling over: a tower of 120 m travelled 89 m,
# further than anything that gallops. At this height a fall is worth 15 m at most.
MAX_HEIGHT = 30.0
MIN_MUSCLE_LENGTH = 0.1
# Nearer joints merge; equal to the shortest muscle, so no muscle can be too short.
MIN_JOINT_DISTANCE = MIN_MUSCLE_LENGTH
# An active muscle's amplitude, as a share of its rest length. The paper's
# example caps 5 and 10 to 2.12 on a 7.07 m spoke, which is this share.
MAX_AMPLITUDE_SHARE = 0.3
JOINT_MASS = 1.0  # kilograms
