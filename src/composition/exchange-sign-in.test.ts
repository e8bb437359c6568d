// From the settings of an environment and what is stored for it to a mailbox that opens, over the emulator.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Environment } from '@contactsync/contract';
import { EmulatorControl, type RunningEmulator, seededApp, startEmulator } from '@contactsync/emulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSelfSigned } from '../certificates/create-self-signed.ts';
import { createEwsTargets } from '../connectors/ews/index.ts';
import { createExchangeHttp } from '../connectors/exchange-http/index.ts';
import { Failure } from '../model/failure.ts';
import { environmentId, mailboxId } from '../model/ids.ts';
import { destinationOf } from '../operations/destination.ts';
import { silentLog } from '../ports/log.ts';
import { openStores, type Stores } from '../store/open-stores.ts';
import { systemClock } from '../system/system-clock.ts';
import { readPasswords, signInToExchange } from './exchange-sign-in.ts';
import { folderMark, markCodec } from './marks.ts';

const ID = '11111111-2222-4333-8444-555555555555';
const dataDirectory = mkdtempSync(join(tmpdir(), 'contactsync-sign-in-'));
let emulator: RunningEmulator;
let control: EmulatorControl;
let stores: Stores;
let thumbprint: string;

beforeAll(async () => {
  emulator = await startEmulator({ recipients: 3, mailboxes: 2 });
  control = new EmulatorControl(emulator.url, emulator.caPem);
  stores = await openStores({ dataDirectory, clock: systemClock, log: silentLog, environmentVariables: {} });
  const made = await createSelfSigned({
    subject: 'CN=contactSync',
    friendlyName: '',
    keyBits: 2048,
    lifetimeDays: 30,
    now: systemClock.now(),
  });
  await stores.secrets.saveCertificate(made.certificate, made.privateKeyPem);
  thumbprint = made.certificate.thumbprint;
  await control.registerCertificate(made.certificate.certificatePem);
  await control.setRoles({ exchangeRoles: ['full_access_as_app'] });
});
afterAll(async () => {
  await stores.close();
  await control.close();
  await emulator.close();
  rmSync(dataDirectory, { recursive: true });
});
beforeEach(() => stores.secrets.unassign(environmentId(ID)));

function environment(exchangeWebServices: object) {
  const parsed = Environment.parse({
    kind: 'environment',
    version: 1,
    id: ID,
    name: 'head-office',
    scenario: 'onPremises',
    onPremises: {
      activeDirectory: { domain: 'corp.contoso.example', account: 'CORP\\contactsync' },
      exchangeWebServices: {
        url: emulator.ewsUrl,
        mailbox: 'contactsync@contoso.example',
        ...exchangeWebServices,
      },
    },
  });
  if (parsed.scenario !== 'onPremises') throw new Error('on-premises');
  return parsed;
}

const oauth = (issuer: object) =>
  environment({ authentication: 'oauth', oauth: { applicationId: seededApp.clientId, ...issuer } });

async function openMailbox(settings: ReturnType<typeof environment>) {
  const { caPem } = emulator;
  const { signIn, isApplication } = await signInToExchange(settings, undefined, stores, caPem, silentLog);
  const common = { clock: systemClock, log: silentLog, random: () => 0.5 };
  const http = createExchangeHttp({ ...common, signIn, additionalCa: caPem });
  onTestFinished(() => http.close());
  const targets = createEwsTargets({
    ...common,
    url: async () => emulator.ewsUrl,
    http,
    impersonate: isApplication,
    markCodec,
    folderMark,
  });
  const [owner] = await control.people('UserMailbox');
  if (owner === undefined) throw new Error('the seed has a mailbox');
  const { exchangeGuid } = await control.mailbox(owner.id);
  const { displayName, primarySmtpAddress } = owner;
  const mailbox = { id: mailboxId(exchangeGuid), displayName, primarySmtpAddress };
  return targets.scan(
    { ...mailbox, location: 'onPremises', ownerId: undefined },
    new AbortController().signal,
  );
}

const assign = (settings: ReturnType<typeof environment>) =>
  stores.secrets.assign(environmentId(ID), thumbprint, destinationOf(settings));

describe('an application', () => {
  it.each([
    ['Entra ID', () => ({ tenant: emulator.organization.initialDomain, login: emulator.url })],
    ['AD FS', () => ({ tokenUrl: `${emulator.url}/adfs/oauth2/token` })],
  ])('opens a mailbox with a token of %s', async (_, issuer) => {
    const settings = oauth(issuer());
    await assign(settings);
    expect(await openMailbox(settings)).toEqual([]);
  });

  it('needs a certificate, assigned for who issues its tokens', async () => {
    const settings = oauth({ tenant: emulator.organization.initialDomain, login: emulator.url });
    await assign(oauth({ tenant: 'fabrikam.onmicrosoft.com', login: emulator.url }));
    await expect(openMailbox(settings)).rejects.toMatchObject({ code: 'certificateMissing' });
  });

  it('is told where AD FS cannot be reached', async () => {
    const settings = oauth({ tokenUrl: 'https://127.0.0.1:9/adfs/oauth2/token' });
    await assign(settings);
    await expect(openMailbox(settings)).rejects.toMatchObject({
      number: 13026,
      details: { host: '127.0.0.1:9' },
    });
  });
});

describe('passwords', () => {
  const missing = (settings: ReturnType<typeof environment>) =>
    readPasswords(settings, stores).then(
      () => undefined,
      (thrown: unknown) => (thrown instanceof Failure ? thrown.details['for'] : thrown),
    );

  it('are needed for Active Directory, and for another account at Exchange', async () => {
    const account = 'CORP\\exchange';
    const settings = environment({ account });
    expect(await missing(settings)).toBe('activeDirectory');
    const password = { password: 'one', destination: destinationOf(settings) };
    await stores.secrets.savePassword(environmentId(ID), 'activeDirectory', password);
    expect(await missing(settings)).toBe('exchange');
    await stores.secrets.savePassword(environmentId(ID), 'exchange', { ...password, password: 'two' });
    expect(await readPasswords(settings, stores)).toEqual({
      activeDirectory: 'one',
      exchange: 'two',
      exchangeUse: 'exchange',
    });
  });

  it('are none of Exchange for an application', async () => {
    const settings = oauth({ tenant: 'contoso.onmicrosoft.com' });
    const password = { password: 'one', destination: destinationOf(settings) };
    await stores.secrets.savePassword(environmentId(ID), 'activeDirectory', password);
    expect(await readPasswords(settings, stores)).toEqual({
      activeDirectory: 'one',
      exchange: undefined,
      exchangeUse: undefined,
    });
  });
});
