// Puts the mail server of an environment together with its password. Exchange is not asked for anything.

import { createSmtpMailSender } from '../connectors/smtp/index.ts';
import type { Environment } from '../model/environment.ts';
import { asFailure, Failure } from '../model/failure.ts';
import { environmentId } from '../model/ids.ts';
import type { MailConnection } from '../operations/dependencies.ts';
import { mailDestinationOf } from '../operations/destination.ts';
import type { Log } from '../ports/log.ts';
import type { MailSender } from '../ports/mail-sender.ts';
import type { Stores } from '../store/open-stores.ts';
import { systemClock } from '../system/system-clock.ts';
import { readAdditionalCa } from './additional-ca.ts';
import { type WatchedPassword, watchPassword } from './watch-password.ts';

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
  const mail = createSmtpMailSender({
    server,
    password,
    sender: server.from ?? mailboxOf(environment),
    additionalCa: readAdditionalCa(environment.additionalCaFile, systemClock, log),
    clock: systemClock,
    log,
  });
  const watched =
    password === undefined
      ? undefined
      : watchPassword(secrets, { environment: environmentId(environment.id), use: 'smtp', password }, log);
  return { mail: watched === undefined ? mail : withWatched(mail, watched), close: async () => {} };
}

function withWatched(mail: MailSender, watched: WatchedPassword): MailSender {
  return {
    sender: mail.sender,
    standingRefusal: () => watched.standing(),
    async send(...letter) {
      try {
        await mail.send(...letter);
      } catch (thrown) {
        const failure = asFailure(thrown);
        if (failure.code === 'mailServerSignInRefused') await watched.told(failure);
        throw thrown;
      }
      await watched.told(undefined);
    },
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
