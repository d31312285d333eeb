"""The APIs behind the recipes: ordinary applications that know nothing of the gateway."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import TYPE_CHECKING, Annotated, Any, Final

import strawberry
from fastapi import FastAPI, Query, Request, Response  # noqa: TC002 - FastAPI reads the annotations
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse
from slowapi import Limiter, _rate_limit_exceeded_handler
from slowapi.errors import RateLimitExceeded
from strawberry.asgi import GraphQL

if TYPE_CHECKING:
    from pathlib import Path

LIMIT: Final = 200
"""Requests in a minute that the API with a rate limit permits."""


def noted(app: FastAPI) -> list[str]:
    """The methods and paths of the requests to an application, from now on."""
    asked: list[str] = []

    @app.middleware("http")  # the last middleware is the outermost
    async def note(request: Request, proceed: Any) -> Response:
        asked.append(f"{request.method} {request.url.path}")
        return await proceed(request)  # type: ignore[no-any-return]

    return asked


def shop() -> FastAPI:
    """Pages of items, with a redirect to the trailing slash, and items that clients create."""
    app = FastAPI()

    @app.get("/v2/items/")
    def items(request: Request, response: Response, page: Annotated[int, Query()] = 1) -> list[int]:
        if page < 3:
            response.headers["link"] = f'<{request.url.include_query_params(page=page + 1)}>; rel="next"'
        return [page]

    @app.get("/v2/items/{number}")
    def item(number: int) -> dict[str, int]:
        return {"number": number}

    @app.post("/v2/items/", status_code=201)
    def create(request: Request, response: Response) -> None:
        response.headers["location"] = str(request.url_for("item", number=7))

    return app


def graphql() -> GraphQL[Any, Any]:
    """Books, and a mutation that adds one."""
    titles = ["Emma"]

    @strawberry.type
    class Reads:
        @strawberry.field
        def books(self) -> list[str]:
            return titles

    @strawberry.type
    class Changes:
        @strawberry.mutation
        def add(self, title: str) -> int:
            titles.append(title)
            return len(titles)

    return GraphQL(strawberry.Schema(query=Reads, mutation=Changes))


def search() -> FastAPI:
    """An API that answers 429 to more than LIMIT requests in a minute."""
    app, limiter = FastAPI(), Limiter(key_func=lambda: "everybody", default_limits=[])
    app.state.limiter = limiter
    app.add_exception_handler(RateLimitExceeded, _rate_limit_exceeded_handler)  # type: ignore[arg-type]

    @app.get("/{word}")
    @limiter.limit(f"{LIMIT}/minute")
    async def find(request: Request, word: str) -> str:
        return word

    return app


def media(folder: Path) -> FastAPI:
    """The files of a folder, by ranges."""
    app = FastAPI()

    @app.get("/{name}")
    async def file(name: str) -> FileResponse:
        return FileResponse(folder / name)

    return app


def ticker(slowness: float) -> FastAPI:
    """A number that grows with each request, and takes its time."""
    app, numbers = FastAPI(), count(1)

    @app.get("/price")
    async def price(response: Response) -> int:
        await asyncio.sleep(slowness)
        response.headers["cache-control"] = "max-age=1, stale-while-revalidate=60"
        return next(numbers)

    return app


def notes(pages: list[str]) -> FastAPI:
    """Notes that scripts of these web pages may read and change."""
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=pages, allow_methods=["PUT"], max_age=60)

    @app.get("/{number}")
    async def read(number: int) -> int:
        return number

    @app.put("/{number}")
    async def change(number: int) -> int:
        return number

    return app
