// environment …: one Exchange organization each, and how to reach it.

import {
  ActiveDirectory,
  type EnvironmentView,
  ExchangeWebServices,
  type PasswordUse,
} from '@contactsync/contract';
import { type Command, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { newEnvironmentText, newHybridText, newOnPremisesText } from '../document-templates.ts';
import { examples } from '../examples.ts';
import { unreadableLines } from '../failure-text.ts';
import { readPassword } from '../read-password.ts';
import { table } from '../table.ts';
import { visible } from '../terminal-text.ts';
import { addDocumentCommands } from './document.ts';
import { addEnvironmentTestCommands } from './environment-test.ts';
import { showNewDocument } from './options.ts';

export function addEnvironmentCommands(program: Command, context: CliContext): void {
  const environment = program
    .command('environment')
    .description('Environments: one Exchange organization each, and how to reach it.')
    .addHelpText(
      'after',
      examples(
        'environment new contoso --organization contoso.onmicrosoft.com --application-id ID > contoso.yaml',
        'environment apply contoso.yaml',
        'environment test contoso',
      ),
    );
  const environments = async () => (await context.operations()).environments;

  environment
    .command('list')
    .description('List all environments.')
    .addHelpText('after', examples('environment list'))
    .action(async () => {
      const stored = await environments();
      const [list, unreadable] = [await stored.list(), await stored.unreadable()];
      const shown = { environments: list, ...(unreadable.length === 0 ? {} : { unreadable }) };
      context.show(shown, () => [
        ...(list.length + unreadable.length === 0
          ? ['No environment yet. Begin with: contactsync environment new --help']
          : table(
              list,
              [
                { title: 'NAME', value: (entry) => entry.environment.name, maxWidth: 40 },
                { title: 'SCENARIO', value: (entry) => entry.environment.scenario },
                { title: 'ORGANIZATION', value: organizationText },
                { title: 'SIGNS IN WITH', value: signInText },
                { title: 'POLICIES', value: (entry) => String(entry.policies.length), align: 'right' },
              ],
              context.paint,
            )),
        ...unreadableLines(unreadable, context.paint),
      ]);
    });

  environment
    .command('show')
    .description('Show an environment with every setting.')
    .argument('<name>', 'name or id of the environment')
    .addHelpText('after', examples('environment show contoso'))
    .action(async (name: string) => {
      const view = await (await environments()).get(name);
      const text = await (await environments()).export(name);
      context.show(view, () => [
        context.paint(
          'dim',
          `# revision ${view.revision}, saved ${view.savedAt} by ${visible(view.savedBy)}`,
        ),
        context.paint('dim', `# signs in with: ${signInText(view)}`),
        context.paint(
          'dim',
          `# policies: ${view.policies.length === 0 ? 'none' : view.policies.map(visible).join(', ')}`,
        ),
        text.trimEnd(),
      ]);
    });

  environment
    .command('new')
    .description(
      'Write an environment file with a new id, ready to be edited and applied. Nothing is stored.',
    )
    .argument('<name>')
    .option(
      '--organization <domain>',
      "Exchange Online: the tenant's initial domain, such as contoso.onmicrosoft.com",
    )
    .option('--application-id <id>', 'Exchange Online: application (client) id of the app registration')
    .addOption(
      new Option('--scenario <scenario>', 'otherwise what the other options are for').choices([
        'onPremises',
        'exchangeOnline',
        'hybrid',
      ]),
    )
    .option('--domain <name>', 'on-premises: DNS name of the Active Directory domain')
    .option('--account <account>', 'on-premises: account that reads and writes, such as CORP\\contactsync')
    .option('--mailbox <address>', 'on-premises: mailbox of that account')
    .option(
      '--url <url>',
      'on-premises: address of Exchange Web Services, or autodiscover; otherwise as "settings exchange" says',
    )
    .option('--output <file>', 'write to a file')
    .option('--force', 'replace the file if it exists')
    .addHelpText(
      'after',
      examples(
        'environment new contoso --organization contoso.onmicrosoft.com --application-id ID --output contoso.yaml',
        'environment new head-office --domain corp.contoso.example --account contactsync@corp.contoso.example --mailbox contactsync@contoso.example --output head-office.yaml',
        'environment new company --scenario hybrid --organization contoso.onmicrosoft.com --application-id ID --domain corp.contoso.example --account contactsync@corp.contoso.example --mailbox contactsync@contoso.example --output company.yaml',
      ),
    )
    .action(async (name: string, options: NewOptions) => {
      checkNew(context, options);
      const common = { id: context.line.newId(), name };
      const hybrid = hybridParts(options);
      const online = onlineParts(options);
      const onPremises = onPremisesParts(options);
      const text =
        hybrid !== undefined
          ? newHybridText({ ...common, ...hybrid, url: await newUrl(context, options) })
          : online !== undefined
            ? newEnvironmentText({ ...common, ...online })
            : onPremises !== undefined
              ? newOnPremisesText({ ...common, ...onPremises, url: await newUrl(context, options) })
              : context.fail('usage', {
                  reason:
                    'name --organization and --application-id, or --domain, --account and --mailbox for a server on-premises, or all of them with --scenario hybrid',
                });
      await showNewDocument(context, text, options);
    });

  addDocumentCommands(environment, context, 'environment', environments);

  addEnvironmentTestCommands(environment, context, environments);

  environment
    .command('set-certificate')
    .description('Sign in to this environment with this certificate.')
    .argument('<name>', 'name or id of the environment')
    .argument('<thumbprint>', 'thumbprint of the certificate or its beginning')
    .addHelpText('after', examples('certificate list', 'environment set-certificate contoso 4F9A12'))
    .action(async (name: string, thumbprint: string) => {
      const view = await (await environments()).setCertificate(name, thumbprint);
      context.show(view, () => [
        `Environment "${visible(view.environment.name)}" signs in with ${certificateText(view)}.`,
      ]);
    });

  environment
    .command('set-password')
    .description(
      'Store the password of the account that signs in on-premises, or of the user of the mail server.',
    )
    .argument('<name>', 'name or id of the environment')
    .addOption(
      new Option(
        '--for <use>',
        'the account of Active Directory, the one of Exchange if it is another, or the user of the mail server',
      )
        .choices(['activeDirectory', 'exchange', 'smtp', 'webhook'])
        .default('activeDirectory'),
    )
    .option('--password-file <file>', 'file whose first line is the password')
    .addHelpText(
      'after',
      `${examples('environment set-password head-office', 'environment set-password head-office --for exchange --password-file secret.txt')}
The password is asked for without echo, or read from --password-file or CONTACTSYNC_PASSWORD; it is never an argument.`,
    )
    .action(async (name: string, options: { for: PasswordUse; passwordFile?: string }) => {
      const password = await readPassword(context, {
        prompt: 'Password: ',
        file: options.passwordFile,
        variable: 'CONTACTSYNC_PASSWORD',
        otherwise: 'nobody can be asked for the password: use --password-file or CONTACTSYNC_PASSWORD',
      });
      if (password === '') context.fail('usage', { reason: 'the password is empty' });
      const view = await (await environments()).setPassword(name, options.for, password);
      const [what, test] = options.for === 'webhook' ? ['secret', 'test-announcement'] : ['password', 'test'];
      context.show(view, () => [
        `Environment "${visible(view.environment.name)}": the ${what} is stored. Try it with "contactsync environment ${test}".`,
      ]);
    });

  environment
    .command('remove')
    .description('Delete an environment; refused while policies belong to it.')
    .argument('<name>', 'name or id of the environment')
    .addHelpText('after', examples('environment remove contoso'))
    .action(async (name: string) => {
      await (await environments()).remove(name);
      context.show({ removed: true }, () => [`Environment "${visible(name)}" is removed.`]);
    });
}

interface NewOptions {
  readonly scenario?: 'onPremises' | 'exchangeOnline' | 'hybrid';
  readonly organization?: string;
  readonly applicationId?: string;
  readonly domain?: string;
  readonly account?: string;
  readonly mailbox?: string;
  readonly url?: string;
  readonly output?: string;
  readonly force?: boolean;
}

/** What `apply` would refuse is not written in the first place. */
function checkNew(context: CliContext, options: NewOptions): void {
  for (const [option, value, schema] of [
    ['--domain', options.domain, ActiveDirectory.shape.domain],
    ['--account', options.account, ActiveDirectory.shape.account.optional()],
    ['--mailbox', options.mailbox, ExchangeWebServices.shape.mailbox.optional()],
  ] as const) {
    const issue = schema.safeParse(value).error?.issues[0];
    if (issue === undefined) continue;
    const what = issue.code === 'custom' ? issue.message : WHAT_FITS[option];
    context.fail('usage', { reason: `${option} ${what}, not ${JSON.stringify(value)}` });
  }
}

const WHAT_FITS = {
  '--domain': 'must be the DNS name of the domain',
  '--account': 'must name an account',
  '--mailbox': 'must be a mail address',
} as const;

/** undefined: something is missing, or belongs to the other scenario. */
function onlineParts({ scenario, organization, applicationId, domain, account, mailbox, url }: NewOptions) {
  if (
    organization === undefined ||
    applicationId === undefined ||
    (scenario ?? 'exchangeOnline') !== 'exchangeOnline'
  )
    return undefined;
  const others = [domain, account, mailbox, url];
  return others.every((other) => other === undefined) ? { organization, applicationId } : undefined;
}

function onPremisesParts({ scenario, organization, applicationId, domain, account, mailbox }: NewOptions) {
  if (domain === undefined || account === undefined || mailbox === undefined) return undefined;
  if (
    organization !== undefined ||
    applicationId !== undefined ||
    (scenario ?? 'onPremises') !== 'onPremises'
  )
    return undefined;
  return { domain, account, mailbox };
}

function hybridParts({ scenario, organization, applicationId, domain, account, mailbox }: NewOptions) {
  if (scenario !== 'hybrid' || organization === undefined || applicationId === undefined) return undefined;
  if (domain === undefined || account === undefined || mailbox === undefined) return undefined;
  return { organization, applicationId, domain, account, mailbox };
}

/** undefined: Autodiscover. */
async function newUrl(context: CliContext, { url }: NewOptions): Promise<string | undefined> {
  if (url !== undefined) return url === 'autodiscover' ? undefined : url;
  return (await (await context.operations()).settings.exchangeDefaults()).ewsUrl;
}

function signInText(view: EnvironmentView): string {
  if (view.environment.scenario === 'exchangeOnline') return certificateText(view);
  const password =
    view.passwords.length === 0 ? 'no password stored' : `password (${view.passwords.join(', ')})`;
  const needsCertificate =
    view.environment.scenario === 'hybrid' ||
    view.environment.onPremises.exchangeWebServices.authentication === 'oauth';
  return needsCertificate ? `${password}; certificate ${certificateText(view)}` : password;
}

function certificateText({ certificate }: EnvironmentView): string {
  if (certificate === undefined) return 'none assigned';
  const until = certificate.notAfter.slice(0, 10);
  const state = {
    valid: '',
    expiresSoon: ', expires soon',
    expired: ', EXPIRED',
    notYetValid: ', not yet valid',
  };
  return `${certificate.thumbprint.slice(0, 12)} (until ${until}${state[certificate.state]})`;
}

function organizationText({ environment }: EnvironmentView): string {
  if (environment.scenario === 'exchangeOnline') return environment.exchangeOnline.organization;
  const { domain, servers } = environment.onPremises.activeDirectory;
  const ownDomain = domain ?? servers[0] ?? '';
  return environment.scenario === 'hybrid'
    ? `${ownDomain}, ${environment.exchangeOnline.organization}`
    : ownDomain;
}
