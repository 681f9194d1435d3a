import math

from walk_creator import walker_creator


def make_circle(wc, cx, cy, radius, count):
    """Add joints evenly around a circle."""
    rim = []
    for k in range(count):
        angle = 2 * math.pi * k / count
        rim.append(wc.add_joint(cx + radius * math.cos(angle), cy + radius * math.sin(angle)))
    return rim


def make_walker():
    wc = walker_creator()

    count = 8
    rim = make_circle(wc, 5, 5, 5, count)
    center = wc.add_joint(5, 5)

    for k in range(count):
        # the rim keeps its shape
        wc.add_muscle(rim[k], rim[(k + 1) % count])
        # each spoke pulls a little harder and later than the one before
        wc.add_muscle(rim[k], center, False, k / count, k / count)

    return wc.get_walker()
