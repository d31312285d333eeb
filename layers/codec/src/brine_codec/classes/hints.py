"""The annotations of a class or a function, with classes in the place of names.

On Python 3.14 an annotation without quotes is evaluated late too. So it may name a class that its module does not have.
"""

from __future__ import annotations

import inspect
import sys
import typing

if typing.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    type Hints = dict[str, object]


class UnresolvedAnnotationError(TypeError):
    """An annotation names a class that cannot be found."""


def resolved_hints(owner: typing.Any, names: Mapping[str, object], holder: object = None) -> Hints:
    """Return the annotation of each parameter of a function, or of each annotated name of a class.

    names: further names that annotations may use. holder: the object with the annotations, if that is not the owner.
    Raises UnresolvedAnnotationError for an annotation that uses another name.
    """
    known = None if holder is None else globals_of(owner)
    try:
        return type_hints(owner if holder is None else holder, known, local_names(owner, names))
    except (NameError, AttributeError) as error:  # AttributeError: of `module.Name`
        raise unresolved(owner, error.name) from error


def missing_name(owner: object, names: Mapping[str, object]) -> str | None:
    """Return the first name in the annotations of a class or function that cannot be found, or None."""
    try:
        type_hints(owner, None, local_names(owner, names))
    except (NameError, AttributeError) as error:
        return error.name
    return None


def type_hints(owner: object, known: Hints | None, local: Hints) -> Hints:
    """Return `typing.get_type_hints`, which on Python 3.14 looks for names in `local` only if they are in quotes."""
    try:
        return typing.get_type_hints(owner, known, local)
    except (NameError, AttributeError):
        if sys.version_info >= (3, 14):
            from annotationlib import Format  # noqa: PLC0415 - rarely needed

            hints: Hints = typing.get_type_hints(owner, known, local, format=Format.FORWARDREF)
            if not any(map(_is_unresolved, hints.values())):
                return hints
        raise


def _is_unresolved(hint: object) -> bool:
    parts = hint if isinstance(hint, list) else typing.get_args(hint)  # a list: the parameters of a Callable
    return isinstance(hint, typing.ForwardRef) or any(map(_is_unresolved, parts))


def parameters_of(owner: Callable[..., typing.Any]) -> list[inspect.Parameter]:
    """Return the parameters of a function or class. Their annotations may be unresolved.

    Raises UnresolvedAnnotationError for a Struct with an annotation that msgspec cannot resolve.
    """
    try:
        if sys.version_info >= (3, 14):
            from annotationlib import Format  # noqa: PLC0415 - see above

            return [*inspect.signature(owner, annotation_format=Format.FORWARDREF).parameters.values()]
        return [*inspect.signature(owner).parameters.values()]
    except NameError as error:
        raise UnresolvedAnnotationError(
            f"{owner.__qualname__}: its library cannot find {error.name}, which an annotation names: define or import "
            "the class in that module, outside of `if TYPE_CHECKING`"
        ) from error


def local_names(owner: object, names: Mapping[str, object]) -> Hints:
    """Return `names` for `type_hints`, with the type parameters of a class or function if it needs them.

    Python before 3.12.4 does not find the type parameters itself, so `content: T` in `class Crate[T]` would be unknown.
    """
    local = dict(names)
    if sys.version_info < (3, 12, 4):
        for holder in reversed(getattr(owner, "__mro__", (owner,))):
            local |= {parameter.__name__: parameter for parameter in getattr(holder, "__type_params__", ())}
    return local


def globals_of(cls: type) -> Hints:
    """Return the names of the module of a class."""
    module = sys.modules.get(cls.__module__)
    return {} if module is None else dict(vars(module))


def unresolved(owner: Callable[..., typing.Any], name: str | None) -> UnresolvedAnnotationError:
    """Return the error for an annotation of a class or function that names an unknown class."""
    label = getattr(owner, "__qualname__", repr(owner))
    bases = owner.__mro__ if isinstance(owner, type) else (owner,)
    own = {field: text for base in reversed(bases) for field, text in _as_text(base).items()}
    found = [f" ({field}: {text})" for field, text in own.items() if name and name in text]
    return UnresolvedAnnotationError(
        f"an annotation of {label}{found[0] if found else ''} names {name or 'an unknown class'}, "
        f"which its module does not have when it runs: register that class first, or give types={{{name!r}: ...}}"
    )


def _as_text(owner: Callable[..., typing.Any]) -> dict[str, str]:
    """Return the annotations of a function or of a class without its bases, as in the source."""
    if sys.version_info >= (3, 14):
        from annotationlib import Format, get_annotations  # noqa: PLC0415 - rarely needed

        return get_annotations(owner, format=Format.STRING)
    given = inspect.get_annotations(owner)
    return {name: annotation if isinstance(annotation, str) else repr(annotation) for name, annotation in given.items()}
