// EWS of Exchange 2013 to SE, as far as contactSync's kind of application meets it. Strict: an element, attribute,
// header or operation the emulator does not know is refused by its name, never ignored.

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Recipient } from '../organization/state.ts';
import type { EmulatorContext, EmulatorRequest, EmulatorResponse } from '../server/exchange.ts';
import { type Principal, signedIn } from '../server/sign-in/sign-in.ts';
import { asEwsError } from './batch.ts';
import type { EwsCall, Operation } from './call.ts';
import { answerEnvelope, errorMessage, faultResponse, readEnvelope, schemaFault } from './envelope.ts';
import { EwsError, EwsFault } from './errors.ts';
import { answeredInstead, distorted, wholeAnswer } from './fault-course.ts';
import { actingUser, noteAnchor } from './impersonation.ts';
import { createAttachment, deleteAttachment, getAttachment } from './operations/attachments.ts';
import { findItem } from './operations/find-item.ts';
import {
  createFolder,
  deleteFolder,
  emptyFolder,
  findFolder,
  getFolder,
  moveFolder,
  updateFolder,
} from './operations/folders.ts';
import { copyItem, createItem, deleteItem, getItem, moveItem, updateItem } from './operations/items.ts';
import { convertId, resolveNames } from './operations/names.ts';
import { syncFolderHierarchy, syncFolderItems } from './operations/sync.ts';
import { answerUserPhoto } from './operations/user-photo.ts';
import { isForPublicFolders } from './public-folders.ts';
import { SchemaViolation } from './schema/types.ts';
import { localName, XmlError } from './xml/reader.ts';

const operations: Readonly<Record<string, Operation>> = {
  'm:ConvertId': convertId,
  'm:CopyItem': copyItem,
  'm:CreateAttachment': createAttachment,
  'm:CreateFolder': createFolder,
  'm:CreateItem': createItem,
  'm:DeleteAttachment': deleteAttachment,
  'm:DeleteFolder': deleteFolder,
  'm:DeleteItem': deleteItem,
  'm:EmptyFolder': emptyFolder,
  'm:FindFolder': findFolder,
  'm:FindItem': findItem,
  'm:GetAttachment': getAttachment,
  'm:GetFolder': getFolder,
  'm:GetItem': getItem,
  'm:MoveFolder': moveFolder,
  'm:MoveItem': moveItem,
  'm:ResolveNames': resolveNames,
  'm:SyncFolderHierarchy': syncFolderHierarchy,
  'm:SyncFolderItems': syncFolderItems,
  'm:UpdateFolder': updateFolder,
  'm:UpdateItem': updateItem,
};

export async function handleEws(
  request: EmulatorRequest,
  context: EmulatorContext,
): Promise<EmulatorResponse> {
  const principal = signedIn(request, context);
  if (!/^\/ews\/exchange\.asmx$/i.test(request.path)) return { status: 404 };
  if (request.method !== 'POST') return { status: 405, headers: { Allow: 'POST' } };
  if (!/^text\/xml(\s*;|$)/i.test(request.headers['content-type'] ?? '')) return { status: 415 };
  const headers = diagnosticHeaders(request);
  try {
    const response = await serve(request, context, principal);
    return compressed(request, context, { ...response, headers: { ...headers, ...response.headers } });
  } catch (error) {
    const fault =
      error instanceof XmlError || error instanceof SchemaViolation ? schemaFault(error) : asEwsError(error);
    const response = faultResponse(fault, context.ews.settings);
    return { ...response, headers: { ...headers, ...response.headers } };
  }
}

function compressed(
  request: EmulatorRequest,
  context: EmulatorContext,
  response: EmulatorResponse,
): EmulatorResponse {
  const isWanted = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  if (!context.ews.settings.compress || !isWanted || !Buffer.isBuffer(response.body)) return response;
  return {
    ...response,
    headers: { ...response.headers, 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' },
    body: gzipSync(response.body),
  };
}

async function serve(
  request: EmulatorRequest,
  context: EmulatorContext,
  principal: Principal,
): Promise<EmulatorResponse> {
  const { operation, impersonation } = readEnvelope(request.body);
  const name = localName(operation);
  request.trace.operation = name;
  const owner = actingUser(principal, impersonation, context);
  if (owner !== undefined) {
    request.trace.mailbox = owner.primarySmtpAddress;
    if (impersonation !== undefined && !isForPublicFolders(request)) noteAnchor(request, context, owner);
  }
  const { usage, faults, settings } = context.ews;
  const account = principal.kind === 'app' ? principal.app.clientId : principal.account.samAccountName;
  const mailbox = owner?.primarySmtpAddress ?? '';
  usage.noteArrival(mailbox, context.clock.milliseconds());
  const leave = usage.enter(account, mailbox, name);
  try {
    if (settings.maxConcurrency !== undefined && usage.openOf(account) > settings.maxConcurrency) {
      usage.noteRefusedConnection();
      throw tooManyConnections();
    }
    const delayMs = context.traffic.latencyOf('ews', request) + (request.trace.delayMs ?? 0);
    if (delayMs > 0) await context.clock.sleep(delayMs);
    const fault = faults.take(name, mailbox, request);
    if (fault?.kind === 'server-busy')
      usage.noteBusy(mailbox, context.clock.milliseconds() + fault.backOffMilliseconds);
    const instead = fault === undefined ? undefined : answeredInstead(fault, request, context, name);
    if (instead !== undefined) return instead;
    const { organization, clock } = context;
    const call: EwsCall = {
      request,
      context,
      organization,
      principal,
      owner,
      operation,
      now: clock.now(),
      fault,
    };
    const response =
      name === 'GetUserPhoto' ? answerUserPhoto(call) : answerEnvelope(operation, done(call), settings);
    const delivered = fault === undefined ? response : distorted(fault, response, settings);
    return { ...delivered, ...affinity(request, context, owner) };
  } finally {
    leave();
  }
}

function done(call: EwsCall): string {
  const work = operations[call.operation.name];
  if (work === undefined) throw new EwsFault('ErrorInvalidRequest', 'The operation is not emulated.');
  const whole = wholeAnswer(call);
  if (whole !== undefined) return whole;
  try {
    return work(call);
  } catch (error) {
    const refused = error instanceof SchemaViolation || error instanceof XmlError ? error : asEwsError(error);
    // Anything that is about the operation itself and no fault stands in a response message.
    if (!(refused instanceof EwsError) || refused instanceof EwsFault) throw refused;
    return inOneMessage(call, refused);
  }
}

function inOneMessage({ operation }: EwsCall, error: EwsError): string {
  const name = localName(operation);
  return `<m:ResponseMessages>${errorMessage(`m:${name}ResponseMessage`, error, '')}</m:ResponseMessages>`;
}

function tooManyConnections(): EwsFault {
  return new EwsFault(
    'ErrorExceededConnectionCount',
    'You have exceeded the available concurrent connections for your account. Try again once your other requests have completed.',
  );
}

function diagnosticHeaders(request: EmulatorRequest): Record<string, string> {
  const clientRequestId = request.headers['client-request-id'];
  const isWanted = request.headers['return-client-request-id']?.toLowerCase() === 'true';
  return {
    'X-FEServer': 'EX01',
    'X-BEServer': 'EX02',
    'X-DiagInfo': 'EX02',
    ...(clientRequestId !== undefined && isWanted ? { 'client-request-id': clientRequestId } : {}),
  };
}

/** The cookie that leads back to the server with this mailbox. */
function affinity(
  request: EmulatorRequest,
  context: EmulatorContext,
  owner: Recipient | undefined,
): Pick<EmulatorResponse, 'cookies'> {
  if (owner?.mailbox === undefined) return {};
  const value = createHash('sha256').update(`back end of ${owner.mailbox.exchangeGuid}`).digest('base64url');
  const sent = /(?:^|;\s*)X-BackEndCookie=([^;]+)/.exec(request.headers['cookie'] ?? '')?.[1];
  if (sent !== undefined) context.ews.usage.noteCookie(sent === value);
  if (sent === value) return {};
  return { cookies: [`X-BackEndCookie=${value}; path=/EWS; secure; HttpOnly`] };
}
