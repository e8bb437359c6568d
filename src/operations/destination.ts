// Where the secrets of an environment may be sent. A change of any of it discards them, so that nobody who may edit
// an environment can have its credentials sent to a host of their own (specification 4).

import { createHash } from 'node:crypto';
import type { Environment } from '../model/environment.ts';

export function destinationOf(environment: Environment): string {
  const { scenario, exchangeOnline, proxy, additionalCaFile } = environment;
  const { organization, cloud, applicationId, endpoints } = exchangeOnline;
  const parts = [
    scenario,
    organization.toLowerCase(),
    cloud,
    applicationId.toLowerCase(),
    endpoints?.login ?? '',
    endpoints?.graph ?? '',
    endpoints?.exchange ?? '',
    // Together they may stand in for every host: a proxy of one's own with an authority of one's own.
    proxy ?? '',
    additionalCaFile ?? '',
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
