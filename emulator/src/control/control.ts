// The control API under /control: how tests and the demo make life happen in the emulated organization. POST
// with JSON, `/control/<area>/<verb>`; refused from anywhere but this machine. Documented in the readme.

import { StoreError } from '../organization/mailbox-store.ts';
import type { EmulatorResponse, Handler } from '../server/exchange.ts';
import { autodiscoverOperations } from './autodiscover-operations.ts';
import { mailboxOperations } from './mailbox-operations.ts';
import { onPremisesOperations } from './on-premises-operations.ts';
import { ControlError, type Operations } from './operation.ts';
import { organizationOperations } from './organization-operations.ts';
import { peopleOperations } from './people-operations.ts';
import { publicFolderOperations } from './public-folder-operations.ts';
import { troubleOperations } from './trouble-operations.ts';

const operations: Operations = {
  ...organizationOperations,
  ...peopleOperations,
  ...mailboxOperations,
  ...troubleOperations,
  ...onPremisesOperations,
  ...autodiscoverOperations,
  ...publicFolderOperations,
};

export const operationNames: readonly string[] = Object.keys(operations);

export const handleControl: Handler = async (request, context) => {
  // A page in a browser must not reach this over a name that leads here: only the loopback names count.
  if (!['127.0.0.1', 'localhost'].includes(new URL(request.baseUrl).hostname)) {
    return failure(403, 'Forbidden', 'The control API is for this machine only.');
  }
  const name = request.segments.slice(1).join('/');
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined) return failure(404, 'UnknownOperation', `There is no operation '${name}'.`);
  if (request.method !== 'POST') return failure(405, 'MethodNotAllowed', 'Every operation is a POST.');
  try {
    const body: unknown = request.body.length === 0 ? {} : JSON.parse(request.body.toString('utf8'));
    return { status: 200, body: await operation.run(body, context, request.gone) };
  } catch (error) {
    if (error instanceof ControlError) return failure(error.status, error.code, error.message);
    if (error instanceof StoreError) return failure(409, error.code, error.message);
    if (error instanceof SyntaxError) return failure(400, 'InvalidRequest', 'The body is no JSON.');
    throw error;
  }
};

function failure(status: number, code: string, message: string): EmulatorResponse {
  return { status, body: { error: { code, message } } };
}
