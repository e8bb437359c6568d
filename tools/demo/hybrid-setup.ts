// The files and commands with which the administrator of the hybrid demo sets contactSync up.

import { type HybridCompany, PUBLIC_FOLDER, SHARED_FOLDER, SHARED_MAILBOX } from './hybrid-company.ts';
import type { Stage } from './stage.ts';

export const ENVIRONMENT = 'contoso';
export const POLICIES = ['All staff', 'Customers', 'Suppliers'] as const;

export async function setUpEnvironment(stage: Stage, company: HybridCompany): Promise<void> {
  const { account, directory, emulator } = company;
  const passwordFile = stage.write('password.txt', `${account.password}\n`);
  const file = stage.write('contoso.yaml', await environmentText(stage, company));
  await stage.shown(['environment', 'apply', file], 0);
  if (directory === undefined)
    await emulator.control('apps/set-roles', {
      exchangeRoles: ['Exchange.ManageAsApp', 'full_access_as_app'],
    });
  else await stage.shown(['environment', 'set-password', ENVIRONMENT, '--password-file', passwordFile], 0);
  await stage.useNewCertificate(emulator, ENVIRONMENT);
  await stage.shown(['environment', 'test', ENVIRONMENT], 0, 30);
}

/** The template, edited as a person edits it. */
async function environmentText(stage: Stage, company: HybridCompany): Promise<string> {
  const { account, directory, emulator } = company;
  const { url, ewsUrl, initialDomain, clientId, caFile } = emulator.tenant;
  const local = [
    ...['--scenario', 'hybrid', '--domain', 'corp.example.test', '--url', ewsUrl],
    ...['--account', account.name, '--mailbox', account.name],
  ];
  const { text } = await stage.product.json<{ text: string }>([
    ...['environment', 'new', ENVIRONMENT, '--organization', initialDomain, '--application-id', clientId],
    ...(directory === undefined ? [] : local),
  ]);
  // Only an emulator needs other hosts, and certificate authorities of its own.
  const authorities = [stage.read(caFile), directory?.controller.caPem ?? ''].join('\n');
  const common = text
    .replace(/^(exchangeOnline:)$/m, `$1\n  endpoints: { login: ${url}, graph: ${url}, exchange: ${url} }`)
    .replace(/# (additionalCaFile): .*/, `$1: ${JSON.stringify(stage.write('ca.pem', authorities))}`)
    .replace(/# (defaultCountry): .*/, '$1: DE');
  // Public folders of the tenant are opened through a mailbox.
  if (directory === undefined) return common.replace(/# (mailbox): .*/, `$1: ${account.name}`);
  return (
    common
      .replace(/# (servers): .*/, `$1: ['${directory.controller.address}']`)
      // The others of this directory have no mailbox anywhere.
      .replace(/# (baseDns): .*/, `$1: ['${directory.administrator.unit}']`)
  );
}

export async function setUpPolicies(stage: Stage, company: HybridCompany): Promise<void> {
  await applyStaffPolicy(stage, company.directory === undefined ? 'exchangeOnline' : 'activeDirectory');
  const customers = await template(stage, 'Customers', 'sharedMailbox', '--mailbox', SHARED_MAILBOX);
  await apply(
    stage,
    'customers',
    customers
      .replace('folders: []', `folders: [{ path: [${SHARED_FOLDER}] }]`)
      .replace('name: Company Contacts', 'name: Customers'),
  );
  const suppliers = await template(stage, 'Suppliers', 'publicFolder');
  await apply(
    stage,
    'suppliers',
    suppliers
      .replace('path: [Customers]', `path: [${PUBLIC_FOLDER.join(', ')}]`)
      .replace('name: Company Contacts', 'name: Suppliers'),
  );
}

/** The policy for all people, by either directory; it stays the same policy. */
export async function applyStaffPolicy(
  stage: Stage,
  source: 'activeDirectory' | 'exchangeOnline',
): Promise<void> {
  const text = await template(stage, 'All staff', source);
  const edited = text
    .replace(/^id: \S+/m, 'id: 5c0f1c0a-7b1e-4d7e-9a53-6f1d3f1f0f01')
    .replace(/^contact:$/m, '$&\n  photo: true');
  await apply(stage, 'all-staff', edited);
}

async function template(
  stage: Stage,
  name: string,
  source: string,
  ...more: readonly string[]
): Promise<string> {
  const args = ['policy', 'new', name, '--environment', ENVIRONMENT, '--source', source, ...more];
  return (await stage.product.json<{ text: string }>(args)).text;
}

function apply(stage: Stage, file: string, text: string): Promise<void> {
  return stage.shown(['policy', 'apply', stage.write(`${file}.yaml`, text)], 0);
}
