// Who sends a request to a server in the building: Basic over TLS, NTLM bound to the connection, or a bearer token of
// Entra. Each way can be switched off; what is not accepted is a 401 without body that says what would be.

import type { Account, OnPremises } from '../../organization/on-premises.ts';
import type { AppRegistration } from '../../organization/state.ts';
import { type EmulatorContext, type EmulatorRequest, type EmulatorResponse, Refusal } from '../exchange.ts';
import { continueNtlm, type NtlmConnection } from './ntlm-server.ts';

export type Principal =
  | { readonly kind: 'account'; readonly account: Account; readonly way: 'basic' | 'ntlm' }
  | { readonly kind: 'app'; readonly app: AppRegistration; readonly roles: readonly string[] };

// NTLM signs in a connection, not a request: what follows on it needs no header.
const connections = new WeakMap<object, NtlmConnection>();

/** Throws the Refusal with the 401. Every challenge of NTLM is such a Refusal, too. */
export function signedIn(request: EmulatorRequest, context: EmulatorContext): Principal {
  const { onPremises } = context;
  const header = request.headers['authorization'];
  const connection = request.connection === undefined ? undefined : connections.get(request.connection);
  if (header === undefined) {
    if (connection?.account !== undefined)
      return { kind: 'account', account: requireUsable(connection.account, onPremises), way: 'ntlm' };
    throw unauthorized(onPremises);
  }
  const [scheme = '', credentials = ''] = header.split(/\s+/, 2);
  switch (scheme.toLowerCase()) {
    case 'basic':
      if (!onPremises.signIn.basic) throw unauthorized(onPremises);
      return { kind: 'account', account: basicAccount(credentials, onPremises), way: 'basic' };
    case 'bearer':
      if (!onPremises.signIn.bearer) throw unauthorized(onPremises);
      return bearer(credentials, request, context);
    case 'ntlm':
    case 'negotiate':
      if (!isOn(scheme, onPremises) || request.connection === undefined) throw unauthorized(onPremises);
      return {
        kind: 'account',
        account: ntlmAccount(request.connection, scheme, credentials, context),
        way: 'ntlm',
      };
    default:
      throw unauthorized(onPremises);
  }
}

function basicAccount(credentials: string, onPremises: OnPremises): Account {
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const account = colon < 0 ? undefined : onPremises.find(text.slice(0, colon));
  if (account === undefined) throw unauthorized(onPremises);
  if (account.password !== text.slice(colon + 1)) {
    onPremises.noteBadPassword(account);
    throw unauthorized(onPremises);
  }
  return accepted(account, onPremises);
}

function isOn(scheme: string, { signIn }: OnPremises): boolean {
  return scheme.toLowerCase() === 'ntlm' ? signIn.ntlm : signIn.negotiate;
}

function ntlmAccount(
  connection: object,
  scheme: string,
  credentials: string,
  context: EmulatorContext,
): Account {
  const { onPremises } = context;
  const state = connections.get(connection) ?? {};
  connections.set(connection, state);
  const step = continueNtlm(state, Buffer.from(credentials, 'base64'), context);
  if (step.kind === 'challenge')
    throw unauthorized(onPremises, `${scheme} ${step.message.toString('base64')}`);
  if (step.kind === 'refused') {
    if (step.account !== undefined && step.isWrongPassword) onPremises.noteBadPassword(step.account);
    throw unauthorized(onPremises);
  }
  const account = accepted(step.account, onPremises);
  state.account = account;
  return account;
}

function accepted(account: Account, onPremises: OnPremises): Account {
  if (account.isLocked) account.failedSignIns += 1;
  requireUsable(account, onPremises);
  onPremises.noteSignIn(account);
  return account;
}

// Windows tells neither from a wrong password at this door.
function requireUsable(account: Account, onPremises: OnPremises): Account {
  if (account.isLocked || account.isDisabled || account.isPasswordExpired) throw unauthorized(onPremises);
  return account;
}

/** The server knows itself by its URL, the name that hybrid modern authentication registers for it. */
function bearer(token: string, request: EmulatorRequest, context: EmulatorContext): Principal {
  const verified = context.tokens.verify(token, 'exchange', [`${request.baseUrl}/`]);
  if ('why' in verified) {
    throw new Refusal({
      status: 401,
      challenges: challenges(context.onPremises),
      headers: {
        'x-ms-diagnostics': `2000001;reason="${verified.why}";error_category="invalid_token"`,
      },
    });
  }
  return { kind: 'app', app: verified.token.app, roles: verified.token.roles };
}

function challenges({ signIn }: OnPremises): string[] {
  return [
    ...(signIn.bearer
      ? [
          'Bearer client_id="00000002-0000-0ff1-ce00-000000000000", token_types="app_asserted_user_v1 service_asserted_app_v1"',
        ]
      : []),
    ...(signIn.negotiate ? ['Negotiate'] : []),
    ...(signIn.ntlm ? ['NTLM'] : []),
    ...(signIn.basic ? ['Basic realm="mail.contoso.example"'] : []),
  ];
}

/** The connection has to sign in again. */
export function forgetConnection(request: EmulatorRequest): void {
  if (request.connection !== undefined) connections.delete(request.connection);
}

export function unauthorized(onPremises: OnPremises, challenge?: string): Refusal {
  const response: EmulatorResponse = {
    status: 401,
    challenges: challenge === undefined ? challenges(onPremises) : [challenge],
  };
  return new Refusal(response);
}
