// Autodiscover of Exchange 2013 to SE: POX and SOAP for who signs in, JSON for everybody, and what a test wants to see go
// wrong. Which host was asked follows from the request; over http it is never more than a redirect.

import {
  type EmulatorContext,
  type EmulatorRequest,
  type EmulatorResponse,
  Refusal,
} from '../server/exchange.ts';
import { signedIn } from '../server/sign-in/sign-in.ts';
import { readJson, writeJson } from './json.ts';
import { readPox, writePox, writePoxError } from './pox.ts';
import { type Answer, answerFor, describe } from './question.ts';
import type { Form, RuleAction } from './rules.ts';
import type { Circumstances } from './service.ts';
import { readSoap, writeSoap, writeSoapFault } from './soap.ts';

const ofExchange = { 'X-FEServer': 'EX01' };
const xml = { ...ofExchange, 'Content-Type': 'text/xml; charset=utf-8' };

export function handleAutodiscover(request: EmulatorRequest, context: EmulatorContext): EmulatorResponse {
  const { settings } = context.autodiscover;
  const form = formOf(request);
  if (form === undefined) return { status: 404 };
  request.trace.operation = form;
  const host = new URL(request.baseUrl).hostname;
  const where = { host, form, address: addressIn(form, request) };
  const open = instead({ ...where, stage: 'open' }, request, context);
  if (open !== undefined) return open;
  // IIS answers 403.4 where a page wants TLS.
  if (form === 'plain') return { status: 403 };
  if (!settings.forms.includes(form)) return { status: 404 };
  if (settings.hosts !== undefined && !settings.hosts.includes(host)) return { status: 404 };
  if (form === 'json') return answerJson(request, context);
  requireSignIn(request, context);
  return instead({ ...where, stage: 'signedIn' }, request, context) ?? usualAnswer(form, request, context);
}

function formOf({ baseUrl, path }: EmulatorRequest): Form | undefined {
  const lower = path.toLowerCase();
  if (baseUrl.startsWith('http:')) return lower === '/autodiscover/autodiscover.xml' ? 'plain' : undefined;
  if (lower === '/autodiscover/autodiscover.xml') return 'pox';
  if (lower === '/autodiscover/autodiscover.svc') return 'soap';
  if (/^\/autodiscover\/autodiscover\.json(\/v1\.0\/[^/]+)?$/.test(lower)) return 'json';
  return undefined;
}

function addressIn(form: Form, request: EmulatorRequest): string {
  switch (form) {
    case 'plain':
      return '';
    case 'json':
      return readJson(request).address;
    case 'pox': {
      const question = readPox(request.body);
      return 'address' in question ? question.address : '';
    }
    case 'soap':
      return readSoap(request.body)?.addresses[0] ?? '';
  }
}

/** The 401 names the forms that are served: clients look there before they choose one. */
function requireSignIn(request: EmulatorRequest, context: EmulatorContext): void {
  try {
    signedIn(request, context);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const isSoap = context.autodiscover.settings.forms.includes('soap');
    const headers = {
      ...ofExchange,
      ...error.response.headers,
      ...(isSoap ? { 'X-SOAP-Enabled': 'True' } : {}),
    };
    throw new Refusal({ ...error.response, headers });
  }
}

function answerJson(request: EmulatorRequest, context: EmulatorContext): EmulatorResponse {
  const question = readJson(request);
  const response = writeJson(question, answerFor(question.address, request, context), request.baseUrl);
  return { ...response, headers: { ...ofExchange, ...response.headers } };
}

function usualAnswer(
  form: 'pox' | 'soap',
  request: EmulatorRequest,
  context: EmulatorContext,
): EmulatorResponse {
  return written(form, request, context, (address) => answerFor(address, request, context));
}

function written(
  form: 'pox' | 'soap',
  request: EmulatorRequest,
  context: EmulatorContext,
  answer: (address: string) => Answer,
): EmulatorResponse {
  if (form === 'pox') {
    const question = readPox(request.body);
    const text =
      'error' in question
        ? writePoxError(question.error, context)
        : writePox(answer(question.address), context);
    return { status: 200, headers: xml, body: Buffer.from(text) };
  }
  if (request.method !== 'POST') return { status: 405, headers: { Allow: 'POST' } };
  const question = readSoap(request.body);
  if (question === undefined)
    return { status: 500, headers: xml, body: Buffer.from(writeSoapFault(context)) };
  const text = writeSoap(question, question.addresses.map(answer), context);
  return { status: 200, headers: xml, body: Buffer.from(text) };
}

function instead(
  where: Circumstances,
  request: EmulatorRequest,
  context: EmulatorContext,
): EmulatorResponse | undefined {
  const action = context.autodiscover.actionFor(where);
  return action === undefined ? undefined : done(action, where.form, request, context);
}

function done(
  action: RuleAction,
  form: Form,
  request: EmulatorRequest,
  context: EmulatorContext,
): EmulatorResponse {
  const usual = (): EmulatorResponse => {
    if (form === 'plain') return { status: 403 };
    return form === 'json' ? answerJson(request, context) : usualAnswer(form, request, context);
  };
  const saying = (answer: Answer): EmulatorResponse => {
    if (form === 'plain') return { status: 403 };
    if (form === 'json') return writeJson(readJson(request), answer, request.baseUrl);
    return written(form, request, context, () => answer);
  };
  switch (action.kind) {
    case 'not-found':
      return { status: 404 };
    case 'http-redirect': {
      const number = String(context.autodiscover.nextRedirect());
      return { status: action.status, headers: { Location: action.location.replaceAll('{n}', number) } };
    }
    case 'redirect-url':
      return saying({ kind: 'redirectUrl', url: action.url });
    case 'redirect-address':
      return saying({ kind: 'redirectAddress', address: action.address });
    case 'error':
      return saying({ kind: 'error', code: action.code });
    case 'settings': {
      const owner = describe(
        [...context.organization.recipients.values()].find((one) => one.mailbox !== undefined),
      );
      if (owner === undefined) return saying({ kind: 'unknownAddress' });
      return saying({
        kind: 'settings',
        owner,
        internalUrl: action.internalUrl,
        externalUrl: action.externalUrl,
      });
    }
    case 'sign-in-page':
      return {
        status: 200,
        headers: { 'Content-Type': 'text/html; charset=utf-8' },
        body: Buffer.from(
          '<!DOCTYPE html><html><body><form method="post"><input name="password"></form></body></html>',
        ),
      };
    case 'body':
      return {
        status: action.status,
        headers: { 'Content-Type': action.contentType },
        body: Buffer.from(action.text),
      };
    case 'bloated':
      return changed(usual(), (text) => `${text}<!--${'x'.repeat(action.bytes)}-->`);
    case 'entity-bomb':
      return changed(usual(), (text) => text.replace(/^(<\?xml[^>]*\?>)?/, `$1${bomb}`));
    case 'illegal-character':
      return changed(usual(), (text) => text.replace(/<\/(EwsUrl|Value)>/, '&#x1;</$1>'));
    case 'cut':
      return { ...usual(), delivery: { kind: 'cut' } };
    case 'foreign-challenge':
      return { status: 401, challenges: [action.challenge] };
  }
}

function changed(response: EmulatorResponse, change: (text: string) => string): EmulatorResponse {
  const { body } = response;
  return Buffer.isBuffer(body) ? { ...response, body: Buffer.from(change(body.toString('utf8'))) } : response;
}

const bomb = `<!DOCTYPE Autodiscover [<!ENTITY a0 "ha">${Array.from(
  { length: 30 },
  (_, index) => `<!ENTITY a${index + 1} "&a${index};&a${index};">`,
).join('')}]>`;
