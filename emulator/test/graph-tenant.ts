// A running emulator with one small organization for the tests of the Graph face, and a raw client that shows
// exactly what comes over the wire.

import { Agent, fetch } from 'undici';
import { type RunningEmulator, startEmulator } from '../src/index.ts';
import type { Mailbox, Recipient } from '../src/organization/state.ts';

/** The fields of contacts, folders and users that the tests look at; what an answer lacks is undefined. */
export interface Entity {
  readonly '@odata.etag': string;
  readonly '@odata.type'?: string;
  readonly '@removed'?: { readonly reason: string };
  readonly id: string;
  readonly changeKey: string;
  readonly parentFolderId: string;
  readonly displayName: string;
  readonly jobTitle: string;
  readonly singleValueExtendedProperties: readonly { readonly id: string; readonly value: string }[];
}

export interface ErrorShape {
  readonly code: string;
  readonly message: string;
  readonly innerError: Readonly<Record<string, string>>;
}

export interface PartAnswer {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

export interface Body extends Entity {
  readonly value: readonly Entity[];
  readonly responses: readonly PartAnswer[];
  readonly error: ErrorShape;
  readonly '@odata.count'?: number;
  readonly '@odata.nextLink'?: string;
  readonly '@odata.deltaLink'?: string;
  readonly onPremisesExtensionAttributes?: object;
}

export function linkOf(body: Body, name: '@odata.nextLink' | '@odata.deltaLink'): string {
  const link = body[name];
  if (link === undefined) throw new Error(`the answer has no ${name}`);
  return link;
}

export interface Wire {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** The JSON body; {} where there is none. */
  readonly body: Body;
}

export interface Send {
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
  readonly raw?: { readonly type: string; readonly bytes: Buffer | string };
}

export interface GraphTenant {
  readonly emulator: RunningEmulator;
  readonly root: string;
  readonly person: Recipient;
  readonly mailbox: Mailbox;
  readonly clientId: string;
  readonly agent: Agent;
  /** With a token that has all roles the seed consents to. */
  send(method: string, path: string, options?: Send): Promise<Wire>;
  /** A token with these Graph roles only. */
  tokenWith(roles: readonly string[]): string;
  close(): Promise<void>;
}

export async function startGraphTenant(): Promise<GraphTenant> {
  const emulator = await startEmulator({ recipients: 12, mailboxes: 4 });
  const agent = new Agent({ connect: { ca: emulator.caPem } });
  const app = [...emulator.organization.apps.values()][0];
  const person = [...emulator.organization.recipients.values()].find((one) => one.mailbox !== undefined);
  if (app === undefined || person?.mailbox === undefined) throw new Error('the seed is empty');
  const root = `${emulator.url}/v1.0`;
  const tokenWith = (roles: readonly string[]) => {
    const before = app.graphRoles;
    app.graphRoles = [...roles];
    const token = emulator.issueToken(app.clientId, 'graph');
    app.graphRoles = before;
    return token;
  };
  const token = tokenWith([
    'Contacts.ReadWrite',
    'Mail.Send',
    'User.Read.All',
    'OrgContact.Read.All',
    'GroupMember.Read.All',
    'Organization.Read.All',
  ]);
  const send = async (method: string, path: string, options: Send = {}): Promise<Wire> => {
    const { raw, json } = options;
    const body = raw === undefined ? (json === undefined ? undefined : JSON.stringify(json)) : raw.bytes;
    const type = raw === undefined ? (json === undefined ? undefined : 'application/json') : raw.type;
    const response = await fetch(path.startsWith('https:') ? path : `${root}${path}`, {
      method,
      dispatcher: agent,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${token}`,
        ...(type === undefined ? {} : { 'content-type': type }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json');
    return {
      status: response.status,
      headers: new Headers([...response.headers]),
      bytes,
      body: isJson ? JSON.parse(bytes.toString('utf8')) : {},
    };
  };
  return {
    emulator,
    root,
    person,
    mailbox: person.mailbox,
    clientId: app.clientId,
    agent,
    send,
    tokenWith,
    close: async () => {
      await agent.close();
      await emulator.close();
    },
  };
}
