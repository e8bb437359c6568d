// A proxy that opens tunnels, whatever name they ask for, to one server; and one that refuses them.

import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ConnectProxy {
  readonly url: string;
  /** What tunnels were asked for, in order. */
  readonly asked: string[];
  /** Those to come are refused. */
  isClosed: boolean;
  close(): Promise<void>;
}

export async function startConnectProxy(to: { readonly port: number }): Promise<ConnectProxy> {
  const server = createServer((_request, response) => response.writeHead(405).end());
  const open = new Set<Socket>();
  const proxy: ConnectProxy = {
    get url() {
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    asked: [],
    isClosed: false,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
  server.on('connect', (request, socket: Socket, head: Buffer) => {
    proxy.asked.push(request.url ?? '');
    socket.on('error', () => {});
    if (proxy.isClosed) {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const onward = connect(to.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      open.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return proxy;
}
