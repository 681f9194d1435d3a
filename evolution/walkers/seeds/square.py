from walk_creator import walker_creator


def make_square(wc, x0, y0, side):
    """Add the four corners, counter-clockwise from the lower left."""
    corners = [
        wc.add_joint(x0, y0),
        wc.add_joint(x0 + side, y0),
        wc.add_joint(x0 + side, y0 + side),
        wc.add_joint(x0, y0 + side),
    ]
    return corners


def make_walker():
    wc = walker_creator()

    corners = make_square(wc, 0, 0, 10)
    center = wc.add_joint(5, 5)

    # the frame keeps its shape
    for k in range(3):
        wc.add_muscle(corners[k], corners[k + 1])
    wc.add_muscle(corners[3], corners[0])

    # one spoke is passive, three pull
    wc.add_muscle(corners[3], center)
    wc.add_muscle(corners[0], center, False, 5.0, 0.0)
    wc.add_muscle(corners[1], center, False, 10.0, 0.0)
    wc.add_muscle(corners[2], center, False, 2.0, 0.0)

    return wc.get_walker()
