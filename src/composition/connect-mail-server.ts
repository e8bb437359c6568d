// Puts the mail server of an environment together with its password. Exchange is not asked for anything.

import { createSmtpMailSender } from '../connectors/smtp/index.ts';
import type { Environment } from '../model/environment.ts';
import { Failure } from '../model/failure.ts';
import { environmentId } from '../model/ids.ts';
import type { MailConnection } from '../operations/dependencies.ts';
import { mailDestinationOf } from '../operations/destination.ts';
import type { Log } from '../ports/log.ts';
import type { Stores } from '../store/open-stores.ts';
import { systemClock } from '../system/system-clock.ts';
import { readAdditionalCa } from './additional-ca.ts';

/** Throws `mailPasswordMissing`, `senderMissing`, `secretDamaged`, `wrongKey`, `unreadableFile` or `unusableCaFile`. */
export async function connectMailServer(
  environment: Environment,
  { secrets }: Pick<Stores, 'secrets'>,
  log: Log,
): Promise<MailConnection> {
  const server = environment.mail?.smtp;
  const destination = mailDestinationOf(environment);
  if (server === undefined || destination === undefined) throw new Failure('senderMissing');
  const needsPassword = server.user !== undefined;
  const password = needsPassword
    ? await secrets.readPassword(environmentId(environment.id), 'smtp', destination)
    : undefined;
  if (needsPassword && password === undefined)
    throw new Failure('mailPasswordMissing', { details: { environment: environment.name } });
  return {
    mail: createSmtpMailSender({
      server,
      password,
      sender: server.from ?? mailboxOf(environment),
      additionalCa: readAdditionalCa(environment.additionalCaFile, systemClock, log),
      clock: systemClock,
      log,
    }),
    close: async () => {},
  };
}

function mailboxOf(environment: Environment): string | undefined {
  const online = environment.scenario === 'onPremises' ? undefined : environment.exchangeOnline.mailbox;
  const local =
    environment.scenario === 'exchangeOnline'
      ? undefined
      : environment.onPremises.exchangeWebServices.mailbox;
  return online ?? local;
}
