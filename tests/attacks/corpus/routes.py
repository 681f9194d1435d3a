"""Ways past the import list, each ending in a file that should not exist."""

from tests.attacks.corpus.attack import Attack

_ROUTES: dict[str, str] = {
    "a module's private import of os": """
        import random
        random._os.mkdir(MARKS + "/made")
    """,
    "sys through dataclasses": """
        import dataclasses
        dataclasses.sys.modules["posix"].mkdir(MARKS + "/made")
    """,
    "sys through enum": """
        import enum
        enum.sys.modules["os"].mkdir(MARKS + "/made")
    """,
    "sys through collections": """
        import collections
        collections._sys.modules["os"].mkdir(MARKS + "/made")
    """,
    "subclasses of object": """
        for kind in ().__class__.__base__.__subclasses__():
            if kind.__name__ == "_wrap_close":
                kind.__init__.__globals__["mkdir"](MARKS + "/made")
    """,
    "a loader of builtin modules": """
        math.__spec__.loader.__class__
        for kind in object.__subclasses__():
            if kind.__name__ == "BuiltinImporter":
                kind.load_module("posix").mkdir(MARKS + "/made")
    """,
    "numpy's own builtins": """
        np.__builtins__["__import__"]("os").mkdir(MARKS + "/made")
    """,
    "the globals of a library function": """
        np.sum.__wrapped__.__globals__["__builtins__"]["__import__"]("os").mkdir(MARKS + "/made")
    """,
    "the creator's globals": """
        names = walker_creator.add_joint.__globals__["__builtins__"]
        names["__import__"]("os").mkdir(MARKS + "/made")
    """,
    "the frames below a traceback": """
        try:
            raise KeyError
        except KeyError as error:
            frame = error.__traceback__.tb_frame
        while frame.f_back is not None:
            frame = frame.f_back
            if "os" in frame.f_globals or "sys" in frame.f_globals:
                system = frame.f_globals.get("sys")
                if system is not None:
                    system.modules["os"].mkdir(MARKS + "/made")
                    return
    """,
    "the frames below a generator": """
        def walk():
            yield generator.gi_frame.f_back.f_back.f_back
        generator = walk()
        frame = next(generator)
        while frame is not None:
            if "sys" in frame.f_globals:
                frame.f_globals["sys"].modules["os"].mkdir(MARKS + "/made")
                return
            frame = frame.f_back
    """,
    "the guarded import's own globals": """
        names = __builtins__ if isinstance(__builtins__, dict) else vars(__builtins__)
        names["__import__"].__globals__["sys"].modules["os"].mkdir(MARKS + "/made")
    """,
    "a format string that walks attributes": """
        import string, random
        system, _ = string.Formatter().get_field("0._os.sys", (random,), {})
        system.modules["os"].mkdir(MARKS + "/made")
    """,
    "a pickle inside numpy's own loader": """
        import dataclasses
        io = dataclasses.sys.modules["io"]
        header = b"\\x93NUMPY\\x01\\x00v\\x00"
        header += b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(117) + b"\\n"
        order = b"cos\\nmkdir\\n(V" + (MARKS + "/made").encode() + b"\\ntR."
        np.load(io.BytesIO(header + order), allow_pickle=True)
    """,
    "eval with fresh builtins": """
        names = {}
        eval("[c for c in ().__class__.__mro__[1].__subclasses__()]", names)
        names["__builtins__"]["__import__"]("dataclasses").sys.modules["os"].mkdir(MARKS + "/made")
    """,
    "a class body's hidden builtins": """
        import functools
        functools.wraps.__globals__["__builtins__"]["__import__"]("os").mkdir(MARKS + "/made")
    """,
    "a path object made at class creation": """
        import random
        class Meta(type):
            def __init__(cls, *args):
                random._os.mkdir(MARKS + "/made")
        class Trap(metaclass=Meta):
            pass
    """,
}

ATTACKS = tuple(Attack(f"escape by {name}", body, prelude=False) for name, body in _ROUTES.items())
