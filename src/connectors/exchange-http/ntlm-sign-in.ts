// NTLM signs in a connection, not a request: three messages on one socket, after which that socket is signed in until
// it closes. So every connection has an agent of its own with a single socket, and a request takes one of them.

import { randomBytes } from 'node:crypto';
import type { Agent } from 'node:https';
import { TLSSocket } from 'node:tls';
import { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { channelBindingHash } from './channel-binding.ts';
import {
  authenticateMessage,
  type NtlmCredentials,
  negotiateMessage,
  readChallenge,
} from './ntlm-messages.ts';
import { createRequestGate, type RequestGate } from './request-gate.ts';
import type { SignIn } from './sign-in.ts';
import type { Wire, WireAnswer, WireRequest } from './wire.ts';

export interface NtlmOptions {
  readonly credentials: NtlmCredentials;
  /** never: for a proxy that ends TLS in front of the server, whose certificate the server does not know. */
  readonly channelBinding: 'auto' | 'never';
  /** A kept connection with a single socket. */
  readonly createAgent: () => Agent;
  readonly connections: number;
  readonly clock: Clock;
}

interface Connection {
  readonly agent: Agent;
  /** The socket that is signed in; another one begins anew. */
  socket: WireAnswer['message']['socket'] | undefined;
}

export function ntlmSignIn(options: NtlmOptions): SignIn {
  const idle: Connection[] = [];
  const all: Connection[] = [];
  const gate = createRequestGate(options.connections);
  /** One at a time proves the password: several at once would be as many wrong ones where it was changed meanwhile. */
  const proofs = createRequestGate(1);

  const open = (): Connection => {
    const connection = { agent: options.createAgent(), socket: undefined };
    all.push(connection);
    return connection;
  };

  return {
    scheme: 'NTLM',
    async send(request, wire) {
      if (request.url.protocol !== 'https:') {
        throw new Failure('passwordNeedsTls', { details: { host: request.url.host } });
      }
      const leave = await gate.enter(request.url.host, request.signal);
      const connection = idle.pop() ?? open();
      const giveBack = () => {
        idle.push(connection);
        leave();
      };
      try {
        const answer = await sendOver(connection, request, wire, { ...options, proofs });
        // The socket is taken until the answer was read to its end, or thrown away.
        answer.message.once('close', giveBack);
        return answer;
      } catch (thrown) {
        connection.socket = undefined;
        giveBack();
        throw thrown;
      }
    },
    async close() {
      for (const { agent } of all) agent.destroy();
    },
  };
}

async function sendOver(
  connection: Connection,
  request: WireRequest,
  wire: Wire,
  options: NtlmOptions & { readonly proofs: RequestGate },
): Promise<WireAnswer> {
  const send: Send = (changed) => wire({ ...request, ...changed }, connection.agent);
  if (connection.socket !== undefined && !connection.socket.destroyed) {
    const answer = await send({});
    if (answer.status !== 401) {
      connection.socket = answer.message.socket;
      return answer;
    }
    // The server has forgotten the connection, or a new socket took its place.
    await readAway(answer);
  }
  connection.socket = undefined;
  const leave = await options.proofs.enter('', request.signal);
  try {
    return await signInAnew(connection, request, send, options);
  } finally {
    leave();
  }
}

type Send = (changed: Partial<WireRequest>) => Promise<WireAnswer>;

async function signInAnew(
  connection: Connection,
  request: WireRequest,
  send: Send,
  options: NtlmOptions,
): Promise<WireAnswer> {
  const negotiate = negotiateMessage();
  const asked = await send({ ...withToken(request, 'NTLM', negotiate), body: '' });
  if (asked.status !== 401) return asked;
  const scheme = schemeOf(asked);
  const challenged =
    scheme === 'Negotiate' && tokenOf(asked, scheme) === undefined
      ? await readAway(asked).then(() => send({ ...withToken(request, scheme, negotiate), body: '' }))
      : asked;
  const token = tokenOf(challenged, scheme);
  const challenge = token === undefined ? undefined : readChallenge(token);
  // Not asked to go on: the server does not take NTLM, or only its first version.
  if (challenge === undefined) return challenged;
  const { socket } = challenged.message;
  const answer = authenticateMessage({
    credentials: options.credentials,
    negotiate,
    challenge,
    channelBinding: options.channelBinding === 'auto' ? bindingTo(socket) : undefined,
    targetName: `HTTP/${request.url.hostname}`,
    clientChallenge: randomBytes(8),
    now: options.clock.now(),
  });
  await readAway(challenged);
  const signedIn = await send(withToken(request, scheme, answer));
  if (signedIn.status !== 401) connection.socket = signedIn.message.socket;
  return signedIn;
}

function withToken(request: WireRequest, scheme: string, token: Buffer): Pick<WireRequest, 'headers'> {
  return { headers: { ...request.headers, authorization: `${scheme} ${token.toString('base64')}` } };
}

/** IIS takes bare NTLM messages under Negotiate too; some servers offer only that. */
function schemeOf(answer: WireAnswer): 'NTLM' | 'Negotiate' {
  const offered = answer.headers['www-authenticate'] ?? '';
  return !/\bNTLM\b/i.test(offered) && /\bNegotiate\b/i.test(offered) ? 'Negotiate' : 'NTLM';
}

function tokenOf(answer: WireAnswer, scheme: string): Buffer | undefined {
  const found = new RegExp(`\\b${scheme} ([A-Za-z0-9+/=]+)`, 'i').exec(
    answer.headers['www-authenticate'] ?? '',
  );
  return found?.[1] === undefined ? undefined : Buffer.from(found[1], 'base64');
}

function bindingTo(socket: WireAnswer['message']['socket']): Buffer | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const { raw } = socket.getPeerCertificate(true);
  return raw === undefined ? undefined : channelBindingHash(raw);
}

/** Only then does the agent hand the same socket to the next message. */
async function readAway({ message }: WireAnswer): Promise<void> {
  const closed = new Promise<void>((resolve) => message.once('close', resolve));
  message.resume();
  await closed;
}
