// Two connections as one: which side answers what.

import { describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import { mailboxId, sourceObjectId } from '../model/ids.ts';
import type { DirectoryMailbox } from '../model/mailbox.ts';
import type { SourcePart } from '../model/policy.ts';
import type { SourceObject } from '../model/source-object.ts';
import type { Connection } from '../operations/dependencies.ts';
import type { FolderSource } from '../ports/contact-source.ts';
import { silentLog } from '../ports/log.ts';
import type { MailSender } from '../ports/mail-sender.ts';
import type { TrafficState } from '../ports/traffic.ts';
import { bothTraffics, joinConnections } from './connect-hybrid.ts';
import { identitiesOf } from './hybrid-identities.ts';

const guid = (last: string) => `00000000-0000-4000-8000-0000000000${last}`;
const IN_TENANT = sourceObjectId(guid('f1'));
const IN_DIRECTORY = sourceObjectId(guid('a1'));
const IN_CLOUD_ONLY = sourceObjectId(guid('f2'));
const signal = new AbortController().signal;

const person = (id: SourceObject['id'], kind: SourceObject['kind']): SourceObject => ({
  id,
  kind,
  attributes: {},
  isHidden: false,
  isDisabled: false,
  isGuest: false,
});

interface Side {
  readonly mailboxes?: readonly DirectoryMailbox[];
  readonly objects?: readonly SourceObject[];
  readonly failsProbe?: boolean;
  readonly hasNoPublicFolders?: boolean;
  readonly sender?: string;
}

function bed(local: Side, online: Side, mailThrough?: 'graph' | 'ews' | 'smtp') {
  const asked: string[] = [];
  const connection = (
    name: string,
    { mailboxes = [], objects = [], failsProbe, hasNoPublicFolders, sender }: Side,
  ): Connection => ({
    source: {
      async read({ type }) {
        asked.push(`${name} ${type}`);
        return { objects, isComplete: true, gaps: [] };
      },
      async probeFolders({ type }) {
        asked.push(`${name} tries ${type}`);
        const details = { reason: 'noPublicFolderMailbox' };
        return hasNoPublicFolders === true
          ? [{ name, ok: false, failure: new Failure('publicFoldersNotFound', { details }) }]
          : [{ name, ok: true }];
      },
      probe: async () => [
        {
          name,
          ok: failsProbe !== true,
          ...(failsProbe === true ? { failure: new Failure('serviceUnavailable') } : {}),
        },
      ],
    },
    directory: { readMailboxes: async () => ({ mailboxes, notFound: [], isComplete: true, gaps: [] }) },
    targets: {
      capabilities: { batchSize: 1, supportsCategories: true, lossyProperties: [] },
      open: () => {
        throw new Error('nobody writes here');
      },
      scan: async () => [],
    },
    probeMailboxes: async () => [{ name: `${name} mailboxes`, ok: true }],
    ...(sender === undefined ? {} : { mail: { sender, send: async () => {} } satisfies MailSender }),
    async close() {
      asked.push(`${name} close`);
    },
  });
  const joined = joinConnections({
    local: connection('local', local),
    online: connection('online', online),
    identities: async () => identitiesOf(new Map([[IN_TENANT, IN_DIRECTORY]])),
    log: silentLog,
    mailThrough,
  });
  return { joined, asked };
}

const scope = (part: object) => ({ recipientTypes: ['userMailbox'], ...part }) as unknown as SourcePart;
const box = (location: DirectoryMailbox['location']): DirectoryMailbox => ({
  id: mailboxId(guid('01')),
  kind: 'sharedMailbox',
  displayName: 'Customers',
  primarySmtpAddress: 'customers@contoso.example',
  location,
  ownerId: undefined,
  customAttributes: [],
});

describe('a hybrid connection', () => {
  it.each([
    ['graph', 'reports@contoso.example', 'reports@contoso.example'],
    ['ews', 'reports@contoso.example', 'account@contoso.example'],
    [undefined, 'reports@contoso.example', 'reports@contoso.example'],
    // Where the tenant names no mailbox, the servers in the building send.
    [undefined, undefined, 'account@contoso.example'],
  ] as const)('sends mail through %s with a mailbox %s in the tenant as %s', (through, online, sender) => {
    const inTheCloud = online === undefined ? {} : { sender: online };
    const { joined } = bed({ sender: 'account@contoso.example' }, inTheCloud, through);
    expect(joined.mail?.sender).toBe(sender);
  });

  it('opens the folder of a policy on the side that has it', async () => {
    const tried = async (part: object, local: Side, online: Side = {}) => {
      const { joined, asked } = bed(local, online);
      await joined.source.probeFolders?.(scope(part) as FolderSource, signal);
      return asked;
    };
    const shared = { type: 'sharedMailbox', mailbox: 'customers@contoso.example' };
    expect(await tried(shared, { mailboxes: [box('onPremises')] })).toEqual(['local tries sharedMailbox']);
    expect(await tried(shared, {}, { mailboxes: [box('exchangeOnline')] })).toEqual([
      'online tries sharedMailbox',
    ]);
    const publicFolder = { type: 'publicFolder' };
    expect(await tried(publicFolder, {})).toEqual(['local tries publicFolder']);
    expect(await tried(publicFolder, { hasNoPublicFolders: true })).toEqual([
      'local tries publicFolder',
      'online tries publicFolder',
    ]);
  });

  it('reads the directory that the policy names, and shows people under the id that counts', async () => {
    const { joined, asked } = bed(
      { objects: [person(IN_DIRECTORY, 'remoteMailbox')] },
      { objects: [person(IN_TENANT, 'mailUser'), person(IN_CLOUD_ONLY, 'userMailbox')] },
    );
    const read = async (part: object) =>
      (await joined.source.read(scope(part), signal)).objects.map(({ id, alsoKnownAs, kind }) => [
        id,
        alsoKnownAs,
        kind,
      ]);
    expect(await read({ type: 'activeDirectory' })).toEqual([[IN_DIRECTORY, [IN_TENANT], 'userMailbox']]);
    expect(await read({ type: 'activeDirectory', recipientTypes: ['remoteMailbox'] })).toEqual([
      [IN_DIRECTORY, [IN_TENANT], 'remoteMailbox'],
    ]);
    expect(await read({ type: 'exchangeOnline' })).toEqual([
      [IN_DIRECTORY, [IN_TENANT], 'mailUser'],
      [IN_CLOUD_ONLY, undefined, 'userMailbox'],
    ]);
    expect(asked).toEqual(['local activeDirectory', 'local activeDirectory', 'online exchangeOnline']);
  });

  it('reads a shared mailbox on the side that holds it', async () => {
    const shared = scope({ type: 'sharedMailbox', mailbox: 'customers@contoso.example' });
    const inCloud = bed({}, { mailboxes: [box('exchangeOnline')] });
    await inCloud.joined.source.read(shared, signal);
    const inBuilding = bed({ mailboxes: [box('onPremises')] }, {});
    await inBuilding.joined.source.read(shared, signal);
    expect([inCloud.asked, inBuilding.asked]).toEqual([['online sharedMailbox'], ['local sharedMailbox']]);
  });

  it('tests both sides; Exchange on-premises only with a password that Active Directory took', async () => {
    const names = async (local: Side) =>
      (await bed(local, {}).joined.source.probe(signal)).map(({ name }) => name);
    expect(await names({})).toEqual([
      'local',
      'local mailboxes',
      'online',
      'Microsoft Graph: synchronized users',
    ]);
    expect(await names({ failsProbe: true })).toEqual(['local', 'online']);
  });

  it('sends from the mailbox online where one is named, and closes both', async () => {
    const { joined, asked } = bed({ sender: 'a@contoso.example' }, { sender: 'b@contoso.example' });
    expect(joined.mail?.sender).toBe('b@contoso.example');
    expect(bed({ sender: 'a@contoso.example' }, {}).joined.mail?.sender).toBe('a@contoso.example');
    await joined.close();
    expect([...asked].sort()).toEqual(['local close', 'online close']);
  });

  it('waits until the last side may go on', () => {
    const state = (more: Partial<TrafficState>): TrafficState => ({
      underWay: 1,
      limit: 4,
      waitingUntil: undefined,
      mailboxesWaiting: 1,
      refusals: 2,
      waitedMs: 10,
      ...more,
    });
    const states = ['2026-01-01T00:00:05.000Z', '2026-01-01T00:00:09.000Z', undefined];
    const traffics = states.map((waitingUntil) => ({ state: () => state({ waitingUntil }) }));
    expect(bothTraffics(traffics).state()).toEqual({
      underWay: 3,
      limit: 12,
      waitingUntil: '2026-01-01T00:00:09.000Z',
      mailboxesWaiting: 3,
      refusals: 6,
      waitedMs: 30,
    });
  });
});
