"""The registry: the caller's classes that may be written and read, by name and version."""

from __future__ import annotations

import re
import sys
from _thread import allocate_lock  # importing threading takes 2 ms

from brine_codec.errors import SchemaMiss, shown
from brine_codec.pickling.makers import check_not_callable, explicit

TYPE_CHECKING = False  # typing itself would cost 3 ms of import
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from brine_codec.classes.late import LateArrays
    from brine_codec.pickling.makers import Maker, Reducer

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")


def _defined(cls: type) -> Mapping[str, object]:
    """Return the names of the module that defines `cls`."""
    module = sys.modules.get(cls.__module__)
    return {} if module is None else vars(module)


class Registry:
    """The classes that a codec writes and reads, besides plain data and values of the standard library."""

    def __init__(self) -> None:
        self.reducers: dict[type, Reducer] = {}
        self._makers: dict[str, Maker] = {}
        self._records: dict[str, Maker] = {}
        self._names: dict[str, type] = {}
        self.shares = False
        """Whether a stream may reach objects that the whole process shares (Enum members, results of `make`), or a
        `__setstate__` of a library."""
        self._accepted: dict[str, Maker] = {}
        self.registered: dict[type, tuple[str, int]] = {}
        """The name and the version of each class that `register` or `register_annotated` has registered."""
        self.packed: set[type] = set()
        """The classes that were registered with `pack` and `make`. Their annotations do not tell what is written."""
        self._automatic: set[type] = set()
        self._inspected: set[type] = set()
        self._given_types: dict[type, Mapping[str, object]] = {}
        self.left_out: dict[type, str] = {}
        """Why a class was not registered automatically, for the error when one of its objects is sealed."""
        self.edition = 0
        """Changes when a registration is replaced."""
        self._late: LateArrays | None = None
        self._registering = allocate_lock()

    def register[T](
        self,
        cls: type[T],
        *,
        version: int,
        name: str | None = None,
        accepts: Mapping[int, Callable[..., T]] | None = None,
        pack: Callable[[T], tuple[object, ...]] | None = None,
        make: Callable[..., T] | None = None,
        types: Mapping[str, object] | None = None,
    ) -> None:
        """Register a class. Objects of exactly this class are written as `name@version`.

        For a dataclass, NamedTuple, Enum, pydantic model, attrs class or msgspec Struct this is enough. Any other class
        needs `pack`, which returns a tuple of plain values, and `make`, which checks them and makes the object.

        accepts: for each older version that may still be in use, a function that makes an object of today's class from
        its values. The parameters of the function are the fields of that version, in order, with their names and
        annotations. Values of other fields or types do not open.
        types: the values of names in annotations that the module of the class does not have at run time.

        Raises ValueError for an invalid or taken name, TypeError for a class that cannot be inspected.
        """
        name = cls.__name__ if name is None else name
        self._check_free(name, version, cls)
        check_not_callable(cls)
        if accepts and not all(0 < old < version for old in accepts):
            raise ValueError("only older versions can be upgraded from")
        tag = f"{name}@{version}"
        known = {} if pack is not None and not accepts else self.known(cls) | dict(types or {})
        upgrades = []
        for old, upgrade in (accepts or {}).items():
            from brine_codec.classes.inspection import inspect_upgrade  # noqa: PLC0415 - imports typing, 3 ms

            upgrades.append(inspect_upgrade(f"{name}@{old}", cls, upgrade, known))
        if pack is not None and make is not None:
            maker, reducer = explicit(tag, cls, pack, make)
        elif pack is None and make is None:
            from brine_codec.classes.inspection import inspect_class  # noqa: PLC0415 - imports typing, 3 ms

            maker, reducer = inspect_class(tag, cls, known)
        else:
            raise TypeError("pack and make go together")
        holder = self._names.get(name, cls)
        for replaced in {cls, holder}:
            self._drop_automatic(replaced)
        if holder is not cls:
            self.left_out[holder] = f"its name, {name}, is registered for another class: register it by another name"
        self._accepted |= {tag: upgrade for upgrade in upgrades for tag in (upgrade.tag, upgrade.record_tag)}
        self._install(name, version, cls, maker, reducer)
        self._given_types[cls] = types or {}
        if pack is not None:
            self.packed.add(cls)

    def _check_free(self, name: str, version: int, cls: type) -> None:
        """Raise ValueError for an invalid name or version, and for a name or class that is registered already."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a name of letters, digits, points and dashes")
        if not 0 < version < 10**9:
            raise ValueError("a version is a number from 1 to 999,999,999")
        holder = self._names.get(name, cls)
        if any(other in self.reducers and other not in self._automatic for other in (cls, holder)):
            raise ValueError(f"{name} is registered already")

    def _install(self, name: str, version: int, cls: type, maker: Maker, reducer: Reducer) -> None:
        self._names[name] = cls
        self.registered[cls] = name, version
        self.left_out.pop(cls, None)
        self.shares |= not maker.names or maker.restores_state
        self.add(cls, maker, reducer)
        if maker.names:
            self._records[f"{name}@{version}"] = maker
            self._inspected.add(cls)

    def _drop_automatic(self, cls: type) -> None:
        """Remove the automatic registration of a class, if it has one."""
        if cls not in self._automatic:
            return
        self._automatic.remove(cls)
        name, version = self.registered.pop(cls)
        del self._names[name], self.reducers[cls]
        self._inspected.discard(cls)
        self._records.pop(f"{name}@{version}", None)
        for tag in [tag for tag in self._makers if tag.partition("/")[0] == f"{name}@{version}"]:
            del self._makers[tag]
        self.edition += 1

    def register_annotated(self, annotation: object, *, owner: object = None) -> None:
        """Register every class that `annotation` mentions, and every class that the fields of these classes mention.

        Dataclasses, NamedTuples, Enums, pydantic models, attrs classes and msgspec Structs are registered by their
        module and name. Their version is computed from their fields, so an envelope of a class that has changed since
        is a SchemaMiss. A class that is registered already stays as it is; `register` replaces an automatic
        registration. A class that cannot be registered is left out: sealing one of its objects raises Unsupported.
        If an array or frame is mentioned, `register_arrays` is called.

        owner: the function or class that has the annotation. Names in the annotation are looked up in its module.
        For example: `registry.register_annotated(function.__annotations__["return"], owner=function)`.

        Threads may call this at the same time.

        Raises TypeError if a name in an annotation cannot be found, with the owner and the annotation. It registers
        nothing then.
        """
        from brine_codec.classes.automatic import advice, automatic_record  # noqa: PLC0415 - imports typing, 3 ms
        from brine_codec.classes.reachable import mentioned_classes  # noqa: PLC0415 - see above

        with self._registering:
            found = mentioned_classes(annotation, owner, self.reducers.keys(), self._inspected, self.known)
            if found.has_arrays:
                self.register_arrays()
            for cls in found.plain:
                self.left_out[cls] = advice(cls, "it has no fields that can be inspected")
            for cls, hints in found.classes.items():
                if cls in self.reducers:
                    continue
                try:
                    self._add_automatic(cls, *automatic_record(cls, hints, self.known(cls)))
                except TypeError as error:
                    self.left_out[cls] = advice(cls, str(error))

    def _add_automatic(self, cls: type, name: str, version: int, maker: Maker, reducer: Reducer) -> None:
        if name in self._names:
            self.left_out[cls] = f"another class is registered as {name}: register it by another name"
        else:
            self._automatic.add(cls)
            self._install(name, version, cls, maker, reducer)

    def register_arrays(self) -> None:
        """Carry numpy arrays and scalars, and the frames, series and indexes of pandas, where these are installed.

        Neither library is imported before an object of it is sealed or opened. Opening one where the library is not
        installed is a SchemaMiss.
        """
        from brine_codec.classes.late import LateArrays  # noqa: PLC0415 - not every registry needs it

        self._late = self._late or LateArrays(lambda makers: makers.register(self))

    def known(self, cls: type) -> dict[str, object]:
        """Return the names that the annotations of `cls` may use besides those of its module.

        They are the registered classes, and the `types` that `register` was given for `cls`.
        """
        own = {word for base in cls.__mro__ for word in _defined(base)}
        classes = {other.__name__: other for other in (*self.reducers, cls) if other.__name__ not in own}
        return classes | dict(self._given_types.get(cls, {}))

    @property
    def tags(self) -> list[str]:
        """The tags of all registered classes, in order. A tag has the version and a checksum of the fields."""
        return sorted(self._makers)

    def add(self, cls: type, maker: Maker, reducer: Reducer) -> None:
        """Write objects of this class by `reducer` and make them by `maker`. For extensions such as `arrays`."""
        self.reducers[cls] = reducer
        self._makers[maker.tag] = maker

    def reducer(self, cls: type) -> Reducer | None:
        """Return the reducer of a class, or None."""
        if cls not in self.reducers and self._late is not None:
            self._late.load_class(cls)
        return self.reducers.get(cls)

    def record(self, title: str) -> Maker:
        """Return the maker of a dataclass or NamedTuple by `name@version`, without the checksum. Raises SchemaMiss."""
        maker = self._records.get(title)
        if maker is None:
            raise SchemaMiss(f"no class with fields is registered as {shown(title)}{self._advice(title)}")
        return maker

    def _advice(self, tag: str) -> str:
        """Return what to do about a tag that is not registered, if its name is registered with another version."""
        name, _, rest = tag.partition("@")
        version = rest.partition("/")[0]
        registered = self.registered.get(self._names[name]) if name in self._names else None
        if registered is None or not version.isdecimal():
            return ""
        if int(version) > registered[1]:
            return f". Version {registered[1]} is registered: this code is older than the one that sealed"
        if int(version) == registered[1]:
            return ", because it was sealed with other fields. Give the class a new version when its fields change"
        accepts = f"accepts={{{int(version)}: upgrade}}"
        return f". Version {registered[1]} is registered: to read this one too, register it with {accepts}"

    def maker(self, tag: str) -> Maker:
        """Return the maker of a tag, for today's version or an accepted older one. Raises SchemaMiss."""
        if tag not in self._makers and self._late is not None:
            self._late.load_tag(tag)
        maker = self._makers.get(tag) or self._accepted.get(tag)
        if maker is None:
            raise SchemaMiss(f"no class is registered as {shown(tag)}{self._advice(tag)}")
        return maker
