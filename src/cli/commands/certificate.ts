// certificate …: created here or imported; the private key stays in the encrypted store.

import { hostname } from 'node:os';
import { extname } from 'node:path';
import type { CertificateFile, EnvironmentView } from '@contactsync/contract';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { examples } from '../examples.ts';
import { readPassword } from '../read-password.ts';
import { table } from '../table.ts';
import { visible } from '../terminal-text.ts';
import { wholeNumber, writeFileTo } from './options.ts';

export function addCertificateCommands(program: Command, context: CliContext): void {
  const certificate = program
    .command('certificate')
    .description('Certificates with which contactSync signs in.')
    .addHelpText('after', examples('certificate create --environment contoso', 'certificate list'));
  const certificates = async () => (await context.operations()).certificates;

  certificate
    .command('create')
    .description('Create a self-signed certificate; its public part is written as a .cer file for Entra ID.')
    .option('--environment <name>', 'assign it to this environment, and propose names from it')
    .option('--subject <name>', 'subject, such as CN=contactSync')
    .option('--friendly-name <name>', 'name shown in lists')
    .option('--key-size <bits>', '2048, 3072 or 4096', '2048')
    .option('--days <number>', 'lifetime', '730')
    .addHelpText('after', examples('certificate create --environment contoso --days 365'))
    .action(
      async (options: {
        environment?: string;
        subject?: string;
        friendlyName?: string;
        keySize: string;
        days: string;
      }) => {
        const operations = await context.operations();
        const keySize = ([2048, 3072, 4096] as const).find((size) => String(size) === options.keySize);
        if (keySize === undefined) context.fail('usage', { reason: '--key-size must be 2048, 3072 or 4096' });
        const days = wholeNumber(context, '--days', options.days);
        const environment =
          options.environment === undefined
            ? undefined
            : await operations.environments.get(options.environment);
        const organization =
          environment !== undefined && environment.environment.scenario !== 'onPremises'
            ? environment.environment.exchangeOnline.organization
            : undefined;
        const created = await operations.certificates.create({
          subject: options.subject ?? `CN=contactSync ${organization ?? hostname()}`,
          friendlyName:
            options.friendlyName ??
            `contactSync on ${hostname()}${organization === undefined ? '' : ` for ${organization}`}`,
          keySize: keySize ?? 2048,
          days,
        });
        if (environment !== undefined)
          await operations.environments.setCertificate(environment.environment.id, created.thumbprint);
        const warnings = replacementWarnings(environment);
        context.show({ ...created, warnings }, () => [
          `Certificate ${created.thumbprint} created, valid until ${created.notAfter.slice(0, 10)}.`,
          ...(environment === undefined
            ? []
            : [`Environment "${visible(environment.environment.name)}" signs in with it.`]),
          'Upload this file to the app registration in Entra ID (Certificates & secrets):',
          `  ${created.file}`,
          ...warnings.map((warning) => context.paint('yellow', `Note: ${visible(warning)}`)),
        ]);
      },
    );

  certificate
    .command('import')
    .description('Import a PFX or PEM file with its private key.')
    .argument('<file>', '*.pfx, *.p12 or *.pem')
    .option('--friendly-name <name>', 'name shown in lists')
    .option('--password-file <file>', 'file whose first line is the password')
    .addHelpText(
      'after',
      `${examples('certificate import contactsync.pfx', 'certificate import contactsync.pem')}
The password is asked for without echo, or read from --password-file or CONTACTSYNC_PFX_PASSWORD; it is never an argument.`,
    )
    .action(async (path: string, options: { friendlyName?: string; passwordFile?: string }) => {
      const bytes = await context.readBytes(path);
      const isPem = extname(path).toLowerCase() === '.pem' || bytes.includes('-----BEGIN');
      const needsPassword = !isPem || bytes.includes('ENCRYPTED');
      const password = needsPassword
        ? await readPassword(context, {
            prompt: 'Password of the file: ',
            file: options.passwordFile,
            variable: 'CONTACTSYNC_PFX_PASSWORD',
            otherwise: 'the file has a password: use --password-file or CONTACTSYNC_PFX_PASSWORD',
          })
        : undefined;
      const file: CertificateFile = isPem
        ? { format: 'pem', text: bytes.toString('utf8'), ...(password === undefined ? {} : { password }) }
        : { format: 'pfx', base64: bytes.toString('base64'), password: password ?? '' };
      const imported = await (await certificates()).import(file, options.friendlyName);
      context.show(imported, () => [
        `Certificate ${imported.thumbprint} (${visible(imported.subject)}) imported, valid until ${imported.notAfter.slice(0, 10)}.`,
      ]);
    });

  certificate
    .command('list')
    .description('List all certificates.')
    .addHelpText('after', examples('certificate list'))
    .action(async () => {
      const list = await (await certificates()).list();
      context.show({ certificates: list }, () =>
        list.length === 0
          ? ['No certificate yet. Begin with: contactsync certificate create --environment NAME']
          : table(
              list,
              [
                { title: 'THUMBPRINT', value: ({ thumbprint }) => thumbprint },
                { title: 'SUBJECT', value: ({ subject }) => subject, maxWidth: 40 },
                { title: 'NAME', value: ({ friendlyName }) => friendlyName, maxWidth: 40 },
                { title: 'UNTIL', value: ({ notAfter }) => notAfter.slice(0, 10) },
                {
                  title: 'STATE',
                  value: ({ state }) =>
                    ({
                      valid: 'valid',
                      expiresSoon: 'expires soon',
                      expired: 'expired',
                      notYetValid: 'not yet valid',
                    })[state],
                },
              ],
              context.paint,
            ),
      );
    });

  certificate
    .command('export')
    .description('Write the public part as a .cer file. The private key cannot be exported.')
    .argument('<thumbprint>', 'thumbprint of the certificate or its beginning')
    .option('--output <file>', 'otherwise THUMBPRINT.cer')
    .addHelpText('after', examples('certificate export 4F9A12 --output contactsync.cer'))
    .action(async (thumbprint: string, options: { output?: string }) => {
      const exported = await (await certificates()).export(thumbprint);
      await writeFileTo(
        context,
        options.output ?? `${exported.thumbprint}.cer`,
        Buffer.from(exported.base64, 'base64'),
      );
    });

  certificate
    .command('remove')
    .description('Delete a certificate with its private key; refused while an environment uses it.')
    .argument('<thumbprint>', 'thumbprint of the certificate or its beginning')
    .addHelpText('after', examples('certificate remove 4F9A12'))
    .action(async (thumbprint: string) => {
      await (await certificates()).remove(thumbprint);
      context.show({ removed: true }, () => ['The certificate is removed.']);
    });
}

/** Entra ID does not know the new certificate yet, and scheduled runs sign in with it from now on. */
function replacementWarnings(environment: EnvironmentView | undefined): readonly string[] {
  const before = environment?.certificate;
  if (environment === undefined || before === undefined) return [];
  const { name } = environment.environment;
  return [
    `Environment "${name}" signed in with ${before.thumbprint.slice(0, 12)} before and signs in with the new certificate at once: until its .cer file is uploaded, every run fails. To go back meanwhile: contactsync environment set-certificate ${JSON.stringify(name)} ${before.thumbprint.slice(0, 12)}`,
  ];
}
