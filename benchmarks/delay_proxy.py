"""A TCP proxy that holds everything back a while, each way. Arguments: LISTEN TARGET SECONDS."""

import asyncio
import contextlib
import sys


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """Pass on what comes, later, in its order; then close."""
    loop = asyncio.get_running_loop()
    coming: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def deliver() -> None:
        while True:
            due, octets = await coming.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not octets:
                writer.close()
                return
            writer.write(octets)

    task = asyncio.create_task(deliver())
    with contextlib.suppress(ConnectionError):
        while octets := await reader.read(262_144):
            coming.put_nowait((loop.time() + delay, octets))
    coming.put_nowait((loop.time(), b""))
    await task


async def main() -> None:
    """Listen until killed."""
    listen, target, delay = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(pump(reader, back, delay), pump(there, writer, delay))

    server = await asyncio.start_server(serve, "127.0.0.1", listen)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
