"""Git over HTTP: `git http-backend` as a CGI program over the bare repositories, for reading only, answers streamed."""

import asyncio
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from pipelines.demo.servers.github_access import Refusal
from pipelines.demo.servers.github_http import Github

CHUNK = 64 * 1024
PATHS = {"info/refs", "git-upload-pack", "HEAD"}
"""What a clone or fetch asks; everything else, pushing too, is refused."""
CHALLENGE = {"www-authenticate": 'Basic realm="GitHub"'}


def git_routes(github: Github) -> list[Route]:
    """`/{owner}/{name}.git/...`, behind the same credentials as the API."""

    async def serve(request: Request) -> Response:
        try:
            github.access.caller(request.headers.get("authorization", ""))
        except Refusal as refusal:
            return PlainTextResponse(refusal.message, 401, CHALLENGE)
        owner, name, rest = (request.path_params[part] for part in ("owner", "name", "rest"))
        repository = github.index.repository(owner, name)
        if repository is None or rest not in PATHS or request.query_params.get("service") == "git-receive-pack":
            return PlainTextResponse("Repository not found.", 404)
        if not (github.git_root / f"{repository.full_name}.git").is_dir():
            return PlainTextResponse("Repository not found.", 404)
        return await _backend(github, request, f"/{repository.full_name}.git/{rest}")

    return [Route("/{owner}/{name}.git/{rest:path}", serve, methods=["GET", "POST"])]


def _environment(github: Github, request: Request, path: str) -> dict[str, str]:
    headers = request.headers
    return {
        "PATH": os.environ.get("PATH", ""),
        "GIT_PROJECT_ROOT": str(github.git_root),
        "GIT_HTTP_EXPORT_ALL": "1",
        # The repositories may belong to another user of the machine, as in a mounted folder.
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        "PATH_INFO": path,
        "REQUEST_METHOD": request.method,
        "QUERY_STRING": request.url.query,
        "CONTENT_TYPE": headers.get("content-type", ""),
        "CONTENT_LENGTH": headers.get("content-length", ""),
        "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
        "GIT_PROTOCOL": headers.get("git-protocol", ""),
        "REMOTE_ADDR": "127.0.0.1",
    }


async def _backend(github: Github, request: Request, path: str) -> Response:
    environment = {name: value for name, value in _environment(github, request, path).items() if value}
    # The whole question first (wants and haves, some kilobytes): a streaming answer listens on the same channel for hang-ups.
    question = await request.body()
    process = await asyncio.create_subprocess_exec("git", "http-backend", stdin=PIPE, stdout=PIPE, env=environment)
    feeding = asyncio.create_task(_feed(question, process))
    status, headers = await _head(process)
    return StreamingResponse(_body(process, feeding), status, headers)


async def _feed(question: bytes, process: Process) -> None:
    """The question into the program; one that answers without reading it all closes its end."""
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(question)
        await process.stdin.drain()
        process.stdin.close()


async def _head(process: Process) -> tuple[int, dict[str, str]]:
    """Status and headers of the CGI answer."""
    assert process.stdout is not None
    status, headers = 200, dict[str, str]()
    while line := (await process.stdout.readline()).strip().decode("latin-1"):
        name, _, value = line.partition(":")
        if name.lower() == "status":
            status = int(value.split()[0])
        else:
            headers[name.lower()] = value.strip()
    return status, headers


async def _body(process: Process, feeding: asyncio.Task[None]) -> AsyncIterator[bytes]:
    assert process.stdout is not None
    is_whole = False
    try:
        while chunk := await process.stdout.read(CHUNK):
            yield chunk
        is_whole = True
    finally:
        feeding.cancel()
        if not is_whole:
            with suppress(ProcessLookupError):
                process.kill()
        await process.wait()
