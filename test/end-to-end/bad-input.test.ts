// Bad input of every kind: a numbered error with remedy, the right exit code, and the stored configuration unchanged.

import { chmodSync, cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSelfSignedCertificate, makeServerIdentity } from '../../emulator/src/server/certificates.ts';
import { Installation } from './installation.ts';

let box: Installation;
let configuration: unknown;

beforeAll(async () => {
  box = await Installation.start({ recipients: 40, mailboxes: 5 });
  await box.setUp();
  configuration = box.configuration();
  box.commands = 'called';
});
afterAll(() => box.close());

/** By a process for each command, as a person does it; some of every kind. */
const spawned = (test: () => Promise<void>) => () => box.withCommands('spawned', test);

/** The failure as expected, complete for a person, and nothing changed by it. */
async function expectFailure(args: readonly string[], number: number, exitCode: number) {
  const failure = await box.failure(args);
  expect({ number: failure.number, exitCode: failure.exitCode }).toEqual({ number, exitCode });
  expect(failure.sentence).not.toBe('');
  expect(failure.remedy).not.toBe('');
  expect(failure.causes.length).toBeGreaterThan(0);
  expect(box.configuration()).toEqual(configuration);
  return failure;
}

const applyPolicy = (more: string) => ['policy', 'apply', box.write('bad.yaml', box.policyText(more))];
const applyEnvironment = (text: string) => ['environment', 'apply', box.write('bad.yaml', text)];

describe('documents', () => {
  it(
    'refuses an unknown key of a policy, with its line',
    spawned(async () => {
      const { details } = await expectFailure(applyPolicy('  excludeHiden: true\n'), 10010, 2);
      expect(JSON.stringify(details)).toMatch(/source\.excludeHiden \(line 8.*excludeHidden/);
    }),
  );

  it('refuses a file that is not YAML, and one that is not there', async () => {
    await expectFailure(['policy', 'apply', box.write('bad.yaml', 'kind: [policy')], 10011, 2);
    await expectFailure(['policy', 'apply', box.path('absent.yaml')], 10011, 2);
  });

  it('refuses an environment where a policy belongs', async () => {
    await expectFailure(['policy', 'apply', box.path('contoso.yaml')], 10010, 2);
  });

  it('refuses a wrong tenant name, and one of another cloud', async () => {
    const custom = await expectFailure(
      applyEnvironment(box.environmentText({ organization: 'contoso.example' })),
      10020,
      2,
    );
    expect(JSON.stringify(custom.details)).toContain('onmicrosoft.com');
    const other = box.environmentText({ organization: 'contoso.onmicrosoft.us' });
    await expectFailure(applyEnvironment(other), 10020, 2);
  });

  it('refuses a bad template, with the place', async () => {
    const { details } = await expectFailure(applyPolicy("contact:\n  fileAs: '{surname'\n"), 10030, 2);
    expect(JSON.stringify(details)).toContain('contact.fileAs');
  });

  it('refuses a template with an unknown property', async () => {
    await expectFailure(applyPolicy("contact:\n  displayName: '{nickname2}'\n"), 10030, 2);
  });

  it('refuses an unknown property in rules and in filters, and names the near one', async () => {
    const rule = await expectFailure(
      applyPolicy('contact:\n  properties:\n    jobTitel: { mode: off }\n'),
      10010,
      2,
    );
    expect(JSON.stringify(rule.details)).toContain('jobTitle');
    const row = '  include:\n    - - { property: departement, operator: equals, value: Sales }\n';
    const filter = await expectFailure(applyPolicy(row), 10031, 2);
    expect(JSON.stringify(filter.details)).toContain('department');
  });

  it('refuses an expression that is not RE2', async () => {
    const row = "  include:\n    - - { property: department, operator: matches, value: '(?=x)' }\n";
    await expectFailure(applyPolicy(row), 10031, 2);
  });

  it('refuses a policy without its environment', async () => {
    const text = box.policyText().replace('environment: contoso', 'environment: fabrikam');
    await expectFailure(['policy', 'apply', box.write('bad.yaml', text)], 10012, 2);
  });

  it('refuses a name that is taken', async () => {
    const text = box.policyText().replace('aaaaaaaa', 'bbbbbbbb');
    await expectFailure(['policy', 'apply', box.write('bad.yaml', text)], 10014, 2);
  });

  it('refuses to delete an environment in use, naming the policies', async () => {
    const { details } = await expectFailure(['environment', 'remove', 'contoso'], 10015, 2);
    expect(details.policies).toEqual(['All staff']);
  });

  it(
    'a test run of a bad file fails the same way and stores nothing',
    spawned(async () => {
      await expectFailure(['run', box.write('bad.yaml', box.policyText('  typo: 1\n')), '--test'], 10010, 2);
      const { runs } = await box.json<{ runs: unknown[] }>(['runs']);
      const other = box.policyText().replace('type: exchangeOnline', 'type: activeDirectory');
      await expectFailure(['run', box.write('other.yaml', other), '--test'], 10044, 2);
      expect(await box.json(['runs'])).toEqual({ runs });
    }),
  );
});

describe('the command line', () => {
  it(
    'refuses unknown commands, options and missing values',
    spawned(async () => {
      await expectFailure(['polices'], 10050, 2);
      await expectFailure(['run', 'All staff', '--tset'], 10050, 2);
      await expectFailure(['approve', 'abc'], 10050, 2);
      await expectFailure(['runs', '--limit', 'many'], 10050, 2);
      await expectFailure(['runs', '--state', 'sleeping'], 10050, 2);
      await expectFailure(['clean-up'], 10050, 2);
    }),
  );

  it('refuses names that do not exist', async () => {
    await expectFailure(['run', 'All stuff'], 10012, 2);
    await expectFailure(['run', 'show', 'ffffffff'], 10012, 2);
    await expectFailure(['rollback', 'ffffffff'], 10012, 2);
    await expectFailure(['environment', 'test', 'fabrikam'], 10012, 2);
    await expectFailure(['environment', 'set-certificate', 'contoso', 'ABCDEF'], 10012, 2);
  });

  it(
    'shows a person number, sentence, causes and remedy, and never a stack',
    spawned(async () => {
      const { exitCode, output, errors } = await box.run(['run', 'All stuff']);
      expect(exitCode).toBe(2);
      expect(output).toBe('');
      expect(errors).toMatch(/^Error 10012: /);
      expect(errors).toContain('Probable causes');
      expect(errors).toContain('What to do');
      expect(errors).not.toMatch(/\n\s+at /);
    }),
  );

  it('takes no password as an argument', async () => {
    const { exitCode } = await box.run(['certificate', 'import', 'x.pfx', '--password', 'secret']);
    expect(exitCode).toBe(2);
    const { output } = await box.run(['certificate', 'import', '--help']);
    expect(output).not.toMatch(/--password </);
  });
});

describe('certificates', () => {
  const day = 24 * 60 * 60 * 1000;

  it(
    'refuses to import an expired one',
    spawned(async () => {
      const now = Date.now();
      const { certificatePem, privateKeyPem } = await makeSelfSignedCertificate({
        commonName: 'old',
        notBefore: new Date(now - 10 * day),
        notAfter: new Date(now - day),
      });
      await expectFailure(
        ['certificate', 'import', box.write('old.pem', certificatePem + privateKeyPem)],
        10041,
        2,
      );
    }),
  );

  it('refuses key and certificate that do not belong together', async () => {
    const make = () =>
      makeSelfSignedCertificate({
        commonName: 'mixed',
        notBefore: new Date(Date.now() - day),
        notAfter: new Date(Date.now() + day),
      });
    const [one, other] = await Promise.all([make(), make()]);
    const file = box.write('mixed.pem', one.certificatePem + other.privateKeyPem);
    await expectFailure(['certificate', 'import', file], 10040, 2);
  });

  it('refuses a PFX file that is none, without asking for a password on a terminal that is not there', async () => {
    const file = box.write('bad.pfx', 'no PFX');
    await expectFailure(['certificate', 'import', file], 10050, 2);
    const failure = await box.failure(['certificate', 'import', file], {
      env: { CONTACTSYNC_PFX_PASSWORD: 'x' },
    });
    expect(failure).toMatchObject({ number: 10040, exitCode: 2 });
  });

  it('refuses to remove one that is in use', async () => {
    const [used] = (await box.json<{ certificates: { thumbprint: string }[] }>(['certificate', 'list']))
      .certificates;
    await expectFailure(['certificate', 'remove', used?.thumbprint ?? ''], 10043, 2);
  });
});

describe('the tenant', () => {
  const run = ['run', 'All staff', '--test'];

  /** A run that failed is a run with a report; its first failure decides the exit code. */
  async function expectFailedRun(number: number, exitCode: number) {
    const answer = await box.run([...run, '--json']);
    expect(answer.exitCode, answer.errors + answer.output).toBe(exitCode);
    const { report } = JSON.parse(answer.output) as {
      report: { run: { state: string }; failures: { failure: { number: number; remedy: string } }[] };
    };
    expect(report.run.state).toBe('failed');
    expect(report.failures[0]?.failure.number).toBe(number);
    expect(report.failures[0]?.failure.remedy).not.toBe('');
    expect(box.configuration()).toEqual(configuration);
    const probe = await box.run(['environment', 'test', 'contoso']);
    expect(probe.exitCode).toBe(exitCode);
    expect(probe.output).toContain(`Error ${number}`);
  }

  it('does not know the certificate any more', async () => {
    await box.control.removeCertificates();
    await expectFailedRun(12022, 2);
    const [used] = (await box.json<{ certificates: { thumbprint: string }[] }>(['certificate', 'list']))
      .certificates;
    const file = box.path('again.cer');
    await box.json(['certificate', 'export', used?.thumbprint ?? '', '--output', file]);
    await box.registerCertificate(file);
  });

  it(
    'gave no consent',
    spawned(async () => {
      const app = [...box.emulator.organization.apps.values()][0];
      const { graphRoles = [], exchangeRoles = [], directoryRoles = [] } = app ?? {};
      const before = {
        graphRoles: [...graphRoles],
        exchangeRoles: [...exchangeRoles],
        directoryRoles: [...directoryRoles],
      };
      await box.control.setRoles({ exchangeRoles: [] });
      await expectFailedRun(12030, 2);
      await box.control.setRoles(before);
    }),
  );

  it('gave no Exchange role', async () => {
    const app = [...box.emulator.organization.apps.values()][0];
    const before = [...(app?.directoryRoles ?? [])];
    await box.control.setRoles({ directoryRoles: [] });
    await expectFailedRun(12031, 2);
    await box.control.setRoles({ directoryRoles: before });
  });
});

describe('another environment in a data directory of its own', () => {
  /** The same installation with other addresses; the certificate is assigned again for them. */
  async function elsewhere(name: string, changes: { url?: string; caFile?: string; organization?: string }) {
    const dataDirectory = box.path(name);
    const environment = box.write(`${name}.yaml`, box.environmentText(changes));
    const policy = box.write(`${name}-policy.yaml`, box.policyText());
    for (const args of [
      ['environment', 'apply', environment],
      ['certificate', 'create', '--environment', 'contoso'],
      ['policy', 'apply', policy],
    ]) {
      const { exitCode, errors } = await box.run(args, { dataDirectory });
      expect(exitCode, errors).toBe(0);
    }
    const { exitCode, output } = await box.run(['run', 'All staff', '--json'], { dataDirectory });
    const { report } = JSON.parse(output) as { report: { failures: { failure: { number: number } }[] } };
    return { exitCode, number: report.failures[0]?.failure.number };
  }

  it('cannot be reached', async () => {
    // A port that was free a moment ago.
    const server = createServer();
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      }),
    );
    await new Promise((resolve) => server.close(resolve));
    expect(await elsewhere('unreachable', { url: `https://127.0.0.1:${port}` })).toEqual({
      exitCode: 4,
      number: 12010,
    });
  });

  it(
    'does not know the host',
    spawned(async () => {
      expect(await elsewhere('unknown-host', { url: 'https://contoso.invalid' })).toEqual({
        exitCode: 4,
        number: 12010,
      });
    }),
  );

  it('has a certificate authority that nobody trusts', async () => {
    const { caPem } = await makeServerIdentity(new Date());
    const caFile = box.write('other-ca.pem', caPem);
    expect(await elsewhere('wrong-ca', { caFile })).toEqual({ exitCode: 4, number: 12011 });
  });

  it('is an unknown tenant', async () => {
    const organization = 'fabrikam.onmicrosoft.com';
    expect(await elsewhere('unknown-tenant', { organization })).toEqual({ exitCode: 2, number: 12020 });
  });
});

describe('a changed destination', () => {
  it(
    'discards the certificate until it is assigned again',
    spawned(async () => {
      const dataDirectory = box.path('moved');
      cpSync(box.dataDirectory, dataDirectory, { recursive: true });
      const moved = box.write(
        'moved.yaml',
        box.environmentText({ url: box.emulator.url.replace('127.0.0.1', 'localhost') }),
      );
      expect((await box.run(['environment', 'apply', moved], { dataDirectory })).output).toContain(
        'no longer assigned',
      );
      expect(await box.failure(['run', 'All staff'], { dataDirectory })).toMatchObject({
        number: 10042,
        exitCode: 2,
      });
      // Back again: the secret stays discarded.
      await box.run(['environment', 'apply', box.path('contoso.yaml')], { dataDirectory });
      expect(await box.failure(['run', 'All staff'], { dataDirectory })).toMatchObject({ number: 10042 });
    }),
  );
});

describe('the data directory', () => {
  const broken = (name: string) => {
    const dataDirectory = box.path(name);
    cpSync(box.dataDirectory, dataDirectory, { recursive: true });
    return dataDirectory;
  };

  it(
    'has a corrupt database, which is left as it is',
    spawned(async () => {
      const dataDirectory = broken('corrupt');
      const file = join(dataDirectory, 'contactsync.db');
      for (const leftover of ['-wal', '-shm']) rmSync(`${file}${leftover}`, { force: true });
      const bytes = readFileSync(file);
      bytes.fill(0x5a, 0, 4096);
      writeFileSync(file, bytes);
      expect(await box.failure(['policy', 'list'], { dataDirectory })).toMatchObject({
        number: 19011,
        exitCode: 2,
      });
      expect(readFileSync(file).equals(bytes)).toBe(true);
    }),
  );

  it('has a key that does not fit', async () => {
    const dataDirectory = broken('wrong-key');
    const keyFile = box.write('other.key', `${Buffer.alloc(32, 7).toString('base64')}\n`);
    chmodSync(keyFile, 0o600);
    const failure = await box.failure(['run', 'All staff', '--test'], {
      dataDirectory,
      env: { CONTACTSYNC_KEY_FILE: keyFile },
    });
    expect(failure).toMatchObject({ number: 19020, exitCode: 2 });
    const { exitCode } = await box.run(['policy', 'list'], {
      dataDirectory,
      env: { CONTACTSYNC_KEY_FILE: keyFile },
    });
    expect(exitCode).toBe(0);
  });

  it('has a key file that others may read', async () => {
    const keyFile = box.write('open.key', `${Buffer.alloc(32, 7).toString('base64')}\n`);
    chmodSync(keyFile, 0o644);
    const failure = await box.failure(['run', 'All staff', '--test'], {
      dataDirectory: broken('open-key'),
      env: { CONTACTSYNC_KEY_FILE: keyFile },
    });
    expect(failure).toMatchObject({ number: 19021, exitCode: 2 });
  });

  it('is a file', async () => {
    const dataDirectory = box.write('a-file', '');
    expect(await box.failure(['policy', 'list'], { dataDirectory })).toMatchObject({
      number: 19010,
      exitCode: 2,
    });
  });

  it('lets nobody else read log and database', async () => {
    for (const name of ['contactsync.db', 'logs/contactsync.log'])
      expect(statSync(join(box.dataDirectory, name)).mode & 0o077, name).toBe(0);
  });

  it('has no secret in its log', async () => {
    const log = readFileSync(join(box.dataDirectory, 'logs', 'contactsync.log'), 'utf8');
    expect(log).not.toMatch(/BEGIN (RSA )?PRIVATE KEY|eyJ[A-Za-z0-9_-]{10,}\./);
  });
});
