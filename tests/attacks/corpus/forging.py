"""Changing what a later program of the same batch will build."""

from tests.attacks.corpus.attack import Attack

_BODIES: dict[str, str] = {
    "the creator's method": """
        walker_creator.add_joint = lambda self, x, y: 0
    """,
    "the creator's constructor": """
        first = walker_creator.__init__
        def forged(self):
            first(self)
            self._joints.append((9.0, 9.0))
        walker_creator.__init__ = forged
    """,
    "the creator's code": """
        walker_creator.add_joint.__code__ = (lambda self, x, y: 0).__code__
    """,
    "the creator's limits": """
        walker_creator.add_joint.__globals__["MAX_COORDINATE"] = 0.5
    """,
    "the grid builder's code": """
        query_cppn.__code__ = (lambda *_: None).__code__
    """,
    "the module that the paper's listing imports": """
        import walk_creator
        walk_creator.walker_creator = None
    """,
    "a function of math": """
        math.cos = lambda x: 0.125
    """,
    "a constant of math": """
        math.pi = 3.0
    """,
    "a function of numpy": """
        np.linspace = lambda *_: [1.0, 2.0, 3.0]
    """,
    "numpy's random generator": """
        np.random.default_rng = None
    """,
    "numpy's seeding": """
        np.random.seed = lambda *_: None
        np.random.rand = lambda: 0.25
    """,
    "random's functions": """
        import random
        random.random = lambda: 0.25
        random.seed = lambda *_: None
    """,
    "a builtin function": """
        sys.modules["builtins"].range = lambda *_: ()
    """,
    "a builtin function of all programs": """
        frame = sys._getframe()
        while frame.f_back is not None:
            frame = frame.f_back
            names = frame.f_globals.get("_BUILTINS")
            if names is not None:
                names["abs"] = lambda x: 0.5
        sys.modules["builtins"].abs = lambda x: 0.5
    """,
    "the class builder": """
        frame = sys._getframe()
        while frame is not None:
            if "_BUILTINS" in frame.f_globals:
                frame.f_globals["_BUILTINS"]["__build_class__"] = lambda *_: None
            frame = frame.f_back
    """,
    "the table of modules": """
        sys.modules["random"] = np.random
    """,
    "a trace function": """
        def trace(frame, event, argument):
            if event == "call" and frame.f_code.co_name == "make_walker":
                frame.f_trace_lines = True
            if event == "call" and frame.f_code.co_name == "add_joint":
                raise ValueError("forged")
            return trace
        sys.settrace(trace)
        sys.setprofile(lambda *_: None)
    """,
    "a hook of the garbage collector": """
        def hook(phase, info):
            walker_creator.add_joint = lambda self, x, y: 0
        sys.modules["gc"].callbacks.append(hook)
        sys.modules["gc"].collect()
    """,
    "a finaliser that waits": """
        class Late:
            def __del__(self):
                math.cos = lambda x: 0.125
        sys.modules["math"].__dict__["late"] = late = Late()
        late.me = late
        del math.late, late
        sys.modules["gc"].set_threshold(1)
    """,
    "the value of a small number": """
        ctypes.c_int.from_address(id(2) + 24).value = 1
    """,
    "the recursion limit": """
        sys.setrecursionlimit(sys.getrecursionlimit() // 10)
        math.tau = 1
    """,
    "the list of programs that wait": """
        frame = sys._getframe()
        while frame.f_back is not None:
            frame = frame.f_back
            for waiting in list(frame.f_locals.values()):
                if isinstance(waiting, list) and waiting and isinstance(waiting[-1], str):
                    waiting[1:] = ["def make_walker(): pass"] * (len(waiting) - 1)
                if isinstance(waiting, list) and waiting and isinstance(waiting[0], list):
                    for group in waiting:
                        if "def make_walker" in group[-1]:
                            group[-1] = "def make_walker(): pass"
    """,
    "answers for the programs that wait": """
        text = b'{"joints": [[0, 0], [7, 7]], "muscles": [], "repairs": {}}'
        frame = len(text).to_bytes(4, "big") + text
        for _ in range(3):
            libc.write(3, frame, len(frame))
    """,
    "how results become text": """
        sys.modules["json"].dumps = lambda *_, **__: '{"joints": [[0, 0]], "muscles": []}'
    """,
    "how programs are compiled": """
        real = sys.modules["builtins"].compile
        def forged(text, *rest, **options):
            return real(text.replace("1.5", "2.5"), *rest, **options)
        sys.modules["builtins"].compile = forged
    """,
    "the check that nothing was changed": """
        frame = sys._getframe()
        while frame.f_back is not None:
            frame = frame.f_back
            modules = frame.f_globals.get("modules")
            if modules is not None and hasattr(modules, "unchanged"):
                modules.unchanged = lambda: True
        walker_creator.add_joint = lambda self, x, y: 0
    """,
    "the words of the error": """
        sys.modules["builtins"].len = lambda *_: 1
    """,
}
# These have nothing to hold on to where each program simply runs after the other.
_NEEDS_A_BATCH = {
    "the recursion limit",
    "the list of programs that wait",
    "answers for the programs that wait",
    "how results become text",
    "a finaliser that waits",
}

ATTACKS = tuple(
    Attack(f"forging: {name}", body, bites=name not in _NEEDS_A_BATCH)
    for name, body in _BODIES.items()
)
