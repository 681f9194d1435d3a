"""The physical constants: the one place that names them. Metres, seconds, kilograms.

They were chosen together, by watching seeds and evolved walkers; change one and look again.
A new value changes every objective, so archives of different constants cannot be compared.
"""

from __future__ import annotations

import math

from evolution.walkers import limits

# --- bodies -------------------------------------------------------------------------------

JOINT_MASS = limits.JOINT_MASS
# The moment of inertia is infinite: a joint is a foot that grips, not a wheel. With a finite
# one, joints roll and every walker becomes a cart.
JOINT_MOMENT = math.inf
# Small against a muscle of 5 to 10 m, large enough to be seen and not to fall through ground.
JOINT_RADIUS = 0.25
# A joint's coefficient times the ground's (Chipmunk multiplies): rubber on asphalt.
FRICTION = 1.0

# --- surroundings -------------------------------------------------------------------------

# Twice the earth's. Walkers are 10 m tall and look like small animals; on earth they would
# fall and hop as slowly as giants. Weight also makes them stand on their feet: the Square seed
# rocks instead of tumbling, and ranks agree better between coarse and fine steps.
GRAVITY = -20.0
# Air drag in 1/s: a joint keeps exp(-0.2) of its speed each second. Without it the motion is
# so chaotic that the time step decides the objective (rank agreement 0.86 instead of 0.99).
DRAG = 0.2
# How deep a joint may rest in the ground before it is pushed out; Chipmunk's 0.1 is made for
# pixels and would let a joint sink by almost half its radius.
COLLISION_SLOP = 0.01
# The lowest joint starts this deep in the ground. At exactly 0 the last digit would decide
# whether it touches in the first step.
SINK = COLLISION_SLOP / 2
# Ground and walls are solid this deep behind their surface (their core line lies as deep), so a
# joint of up to 75 m/s cannot pass in one step. Only a joint that a giant whips round is faster.
GROUND_DEPTH = 1.0

# --- muscles ------------------------------------------------------------------------------

# Stiffness in N/m and damping in N s/m. Passive muscles are bones with a little give: rigid
# rods freeze the Square seed. Active ones are softer, so that weight and ground answer back and
# a bad design cannot win by force: at 300 N/m the Square seed travels 15 m, at 200 it stays
# within its own width of 10 m, and evolved walkers reach 100 m all the same.
PASSIVE_STIFFNESS = 600.0
PASSIVE_DAMPING = 30.0
ACTIVE_STIFFNESS = 200.0
ACTIVE_DAMPING = 20.0
# Newtons: the most that an active muscle adds to what holds it, so it swings by 3 m at most.
# Muscles of up to 10 m keep all of their amplitude; without a limit a 100 m muscle would swing
# by 30 m and giants would win by catapult.
STRENGTH = 600.0
MAX_SWING = STRENGTH / ACTIVE_STIFFNESS
# Seconds; all active muscles share it, as in the paper.
PERIOD = 1.0
# Amplitudes grow from nothing during the first period. Otherwise a muscle with a phase would
# start compressed by up to 30% of its length and throw the walker.
WARM_UP = PERIOD

# --- time ---------------------------------------------------------------------------------

STEP = 1.0 / 60.0
STEPS = 600  # 10 s
STEPS_PER_PERIOD = round(PERIOD / STEP)
STEPS_PER_FRAME = 2  # recorded at 30 frames a second
# The coarsest step of any `Settings`; finer ones use the same muscles.
COARSEST_STEP = STEP
# An explicit spring is stable while (sum of k on a joint) * h^2 / m < 2; softer muscles where
# many meet keep it below 1.5 at the coarsest step, so no walker explodes.
STIFFNESS_BUDGET = 1.5 * JOINT_MASS / COARSEST_STEP**2

# --- the physical range -------------------------------------------------------------------

# Beyond this a motion is an explosion, not a walk: 100 m of walker and 30 m/s for 10 s.
MAX_DISTANCE = 400.0
# Deeper than this a joint is under the ground for good; no terrain goes below 0.
MIN_HEIGHT = -GROUND_DEPTH
STEPS_BETWEEN_CHECKS = 60
