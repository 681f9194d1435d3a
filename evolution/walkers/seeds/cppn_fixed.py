from walk_creator import query_cppn, walker_creator


def make_walker():
    wc = walker_creator()

    def connect(x1, y1, x2, y2):
        return (x1 - x2) ** 2 + (y1 - y2) ** 2 <= 4.5

    def amplitude(x1, y1, x2, y2):
        return max(abs(x1 - x2), abs(y1 - y2))

    def phase(x1, y1, x2, y2):
        # the sign of x1
        return (x1 > 0) - (x1 < 0)

    query_cppn(wc, 8, 3, 1.5, connect, amplitude, phase)
    return wc.get_walker()
