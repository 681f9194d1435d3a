from walk_creator import walker_creator


def query_cppn(wc, xgrid, ygrid, scale, connect_func, amp_func, phase_func):
    """Add a grid of joints and ask the functions how to connect each pair."""
    places = [(x, y) for x in range(xgrid) for y in range(ygrid)]
    joints = [wc.add_joint(x * scale, y * scale) for x, y in places]
    for i in range(len(places)):
        for j in range(i + 1, len(places)):
            x1, y1 = places[i]
            x2, y2 = places[j]
            if connect_func(x1, y1, x2, y2):
                amplitude = amp_func(x1, y1, x2, y2)
                phase = phase_func(x1, y1, x2, y2)
                wc.add_muscle(joints[i], joints[j], False, amplitude, phase)


def make_walker():
    wc = walker_creator()

    def connect(x1, y1, x2, y2):
        return (x1 - x2) ** 2 + (y1 - y2) ** 2 <= 4.5

    def amplitude(x1, y1, x2, y2):
        return max(abs(x1 - x2), abs(y1 - y2))

    def phase(x1, y1, x2, y2):
        return x1 if x1 % 2 == 1 else -x1

    query_cppn(wc, 8, 3, 1.5, connect, amplitude, phase)
    return wc.get_walker()
