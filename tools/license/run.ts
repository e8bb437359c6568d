// Makes signing keys and issues licenses: for us, not for administrators, and never shipped.
//
//   node tools/license/run.ts new-key --key FILE
//   node tools/license/run.ts issue --key FILE --customer NAME --mailboxes N --valid-until DATE [--out FILE]
//
// The private key stays outside of the repository; its passphrase comes from CONTACTSYNC_LICENSE_PASSPHRASE.

import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { issueLicense, makeSigningKey } from './issue.ts';

const USAGE = `node tools/license/run.ts new-key --key FILE
node tools/license/run.ts issue --key FILE --customer NAME --mailboxes N --valid-until YYYY-MM-DD [--out FILE]`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    key: { type: 'string' },
    customer: { type: 'string' },
    mailboxes: { type: 'string' },
    'valid-until': { type: 'string' },
    out: { type: 'string' },
  },
});

try {
  console.log(carryOut());
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
}

function carryOut(): string {
  const { key: keyFile, customer, mailboxes, 'valid-until': validUntil, out } = values;
  const passphrase = process.env.CONTACTSYNC_LICENSE_PASSPHRASE;
  const [command] = positionals;
  if (command === 'new-key' && keyFile !== undefined) return makeSigningKey({ keyFile, passphrase });
  if (command !== 'issue' || keyFile === undefined) throw new Error(USAGE);
  if (customer === undefined || mailboxes === undefined || validUntil === undefined) throw new Error(USAGE);
  return issueLicense({
    keyFile,
    passphrase,
    out,
    terms: {
      kind: 'contactSyncLicense',
      version: 1,
      id: randomUUID(),
      customer,
      mailboxes: Number(mailboxes),
      issuedOn: new Date().toISOString().slice(0, 10),
      validUntil,
    },
  });
}
