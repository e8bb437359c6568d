// What a server can do to a connection, by a server that does it.

import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { expectFailure } from '../../../test/contract/mailbox-target/bench.ts';
import { LdapConnection } from './connection.ts';
import { EVERYTHING } from './filter.ts';
import type { SearchRequest } from './messages.ts';

const search: SearchRequest = {
  base: 'DC=corp',
  scope: 'base',
  filter: EVERYTHING,
  attributes: [],
  controls: [],
};
const open: Server[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function connectTo(
  behave: (socket: Socket, request: Buffer) => void,
  silenceTimeoutMs = 60_000,
  onSearch = () => {},
) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (request) => behave(socket, request));
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const settings = {
    encryption: 'none',
    trust: createSecureContext,
    connectTimeoutMs: 60_000,
    silenceTimeoutMs,
    onSearch,
  } as const;
  return LdapConnection.open({ host: '127.0.0.1', port }, settings, new AbortController().signal);
}

const signal = new AbortController().signal;
/** Message 1: search done, success. */
const DONE = Buffer.from('300c02010165070a010004000400', 'hex');

describe('an LDAP connection', () => {
  it('takes an answer in any pieces', async () => {
    const connection = await connectTo((socket) => {
      for (const byte of DONE) socket.write(Buffer.from([byte]));
    });
    expect(await connection.search(search, signal)).toMatchObject({ entries: [], references: [] });
    connection.close();
  });

  it('says that it searches, and not that it signs in', async () => {
    let searches = 0;
    const answers = [Buffer.from('300c02010161070a010004000400', 'hex'), Buffer.from(DONE)];
    answers[1]?.writeUInt8(2, 4);
    const connection = await connectTo(
      (socket) => socket.write(answers.shift() ?? ''),
      60_000,
      () => {
        searches += 1;
      },
    );
    await connection.bind('svc', 'one', signal);
    expect(searches).toBe(0);
    await connection.search(search, signal);
    expect(searches).toBe(1);
    connection.close();
  });

  it.each([
    ['politely', (socket: Socket) => void socket.end()],
    ['at once', (socket: Socket) => void socket.destroy()],
    ['by a reset', (socket: Socket) => void socket.resetAndDestroy()],
  ])('closed %s before the answer, and for every later question', async (_name, end) => {
    const connection = await connectTo(end);
    await expectFailure(connection.search(search, signal), 'directoryConnectionLost');
    expect(connection.isOpen).toBe(false);
    await expectFailure(connection.search(search, signal), 'directoryConnectionLost');
  });

  it('silence is not waited out', async () => {
    const connection = await connectTo(() => {}, 50);
    await expectFailure(connection.search(search, signal), 'directoryConnectionLost');
  });

  it('a notice of disconnection ends what is under way', async () => {
    const notice = Buffer.from('300c02010078070a013404000400', 'hex');
    const connection = await connectTo((socket) => socket.write(notice));
    await expectFailure(connection.search(search, signal), 'directoryConnectionLost');
  });

  it.each([
    ['no LDAP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['indefinite length', Buffer.from('3080020101', 'hex')],
    ['a length beyond all reason', Buffer.from('3084ffffffff02', 'hex')],
    ['a part that reaches beyond its message', Buffer.from('300c0201016509ff010004000400', 'hex')],
    ['an unknown answer', Buffer.from('300c02010170070a010004000400', 'hex')],
  ])('%s is refused', async (_name, answer) => {
    const connection = await connectTo((socket) => socket.write(answer));
    await expectFailure(connection.search(search, signal), 'unexpectedDirectoryAnswer');
    expect(connection.isOpen).toBe(false);
  });

  it('aborted: cancelled, and closed', async () => {
    const controller = new AbortController();
    const connection = await connectTo(() => controller.abort());
    await expectFailure(connection.search(search, controller.signal), 'cancelled');
    expect(connection.isOpen).toBe(false);
    await expectFailure(connection.search(search, AbortSignal.abort()), 'cancelled');
  });

  it('no connection: unreachable', async () => {
    const settings = {
      encryption: 'none',
      trust: createSecureContext,
      connectTimeoutMs: 60_000,
      silenceTimeoutMs: 1,
    } as const;
    await expectFailure(
      LdapConnection.open({ host: '127.0.0.1', port: 1 }, settings, signal),
      'domainControllerUnreachable',
    );
    await expectFailure(
      LdapConnection.open({ host: '127.0.0.1', port: 1 }, settings, AbortSignal.abort()),
      'cancelled',
    );
  });
});
