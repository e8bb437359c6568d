// Puts a listener of an environment together with its secret.

import { hostname } from 'node:os';
import { appendToFile, postToWebhook, sendToSyslog } from '../connectors/listeners/index.ts';
import type { Environment } from '../model/environment.ts';
import { Failure } from '../model/failure.ts';
import { environmentId } from '../model/ids.ts';
import { webhookDestinationOf, webhookProxyOf } from '../operations/destination.ts';
import type { Listener, ListenerKind } from '../ports/announcements.ts';
import type { Log } from '../ports/log.ts';
import type { Stores } from '../store/open-stores.ts';
import { systemClock } from '../system/system-clock.ts';
import { readAdditionalCa } from './additional-ca.ts';

/**
 * undefined: the environment names no such listener. Throws `webhookSecretMissing`, `secretDamaged`, `wrongKey`,
 * `unreadableFile` or `unusableCaFile`.
 */
export async function connectListener(
  environment: Environment,
  kind: ListenerKind,
  { secrets }: Pick<Stores, 'secrets'>,
  log: Log,
): Promise<Listener | undefined> {
  const { webhook, syslog, file } = environment.announce ?? {};
  if (kind === 'file') return file === undefined ? undefined : appendToFile(file);
  const additionalCa = () => readAdditionalCa(environment.additionalCaFile, systemClock, log);
  if (kind === 'syslog')
    return syslog === undefined
      ? undefined
      : sendToSyslog({
          server: syslog,
          hostName: hostname(),
          processId: process.pid,
          additionalCa: additionalCa(),
        });
  const destination = webhookDestinationOf(environment);
  if (webhook === undefined || destination === undefined) return undefined;
  const secret = await secrets.readPassword(environmentId(environment.id), 'webhook', destination);
  if (secret === undefined)
    throw new Failure('webhookSecretMissing', { details: { environment: environment.name } });
  return postToWebhook({
    url: webhook,
    secret,
    proxy: webhookProxyOf(environment),
    additionalCa: additionalCa(),
    clock: systemClock,
  });
}
