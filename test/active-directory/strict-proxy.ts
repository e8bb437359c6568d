// Stands before Samba and imposes what a domain controller of Windows imposes and Samba does not: MaxPageSize,
// MaxValRange, empty pages; and what a bad day brings: busy, a cut connection, a refused sign-in, another server behind
// the same name. Speaks TLS to the client when given a certificate, plain LDAP to Samba.

import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { BerWriter } from 'ldapts';

export interface ProxyRules {
  /** More entries than this come only page by page. */
  maxPageSize: number;
  /** More values of an attribute than this come only range by range. */
  maxValRange: number;
  /** Every paged search begins with a page without entries. */
  emptyPageFirst: boolean;
  /** So many of the next searches are answered with busy (51). */
  busy: number;
  /** The connection is cut when this many pages of people were answered; counted down. */
  cutAfterPages: number | undefined;
  /** Every search below a domain ends with a pointer to this partition, too. */
  referral: string | undefined;
  /** Sign-ins are refused with this code of Windows, such as 52e. */
  refuseSignIn: string | undefined;
  /** Every object claims never to have changed. */
  frozenSequence: boolean;
  /** Instead of the one of the server: it was restored, or is another one. */
  invocationId: Buffer | undefined;
  /** Attributes that may not be read at objects of the class: absent, and every condition about them is undecided. */
  unreadable: { readonly attributes: readonly string[]; readonly objectClass: string } | undefined;
  /** It is a global catalog without these attributes; undefined: it holds whatever there is. */
  notHeld: readonly string[] | undefined;
}

export interface SeenRequest {
  readonly kind: 'bind' | 'search' | 'other';
  /** Of a search. */
  readonly base: string;
  readonly isPaged: boolean;
  readonly attributes: readonly string[];
}

export interface StrictProxy {
  readonly port: number;
  /** May be changed at any time. */
  readonly rules: ProxyRules;
  readonly seen: readonly SeenRequest[];
  /** Entries that clients were given. */
  readonly entryCount: number;
  forgetSeen(): void;
  cutAll(): void;
  close(): Promise<void>;
}

export const WINDOWS_LIMITS: ProxyRules = {
  maxPageSize: 1_000,
  maxValRange: 1_500,
  emptyPageFirst: false,
  busy: 0,
  cutAfterPages: undefined,
  referral: undefined,
  refuseSignIn: undefined,
  frozenSequence: false,
  invocationId: undefined,
  unreadable: undefined,
  notHeld: undefined,
};

interface Piece {
  readonly tag: number;
  readonly content: Buffer;
}

const PAGED = '1.2.840.113556.1.4.319';
const FIRST_PAGE_WAS_EMPTY = Buffer.from('first page was empty');

export async function startStrictProxy(options: {
  readonly upstream: { readonly host: string; readonly port: number };
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly rules?: Partial<ProxyRules>;
  /** Loopback address to listen on. */
  readonly host?: string;
}): Promise<StrictProxy> {
  const rules: ProxyRules = { ...WINDOWS_LIMITS, ...options.rules };
  const seen: SeenRequest[] = [];
  const open = new Set<Socket>();
  const counts = { entries: 0 };
  const accept = (client: Socket) => {
    const upstream = connect(options.upstream.port, options.upstream.host);
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      // Every message is a packet of its own; held back until the one before is acknowledged, each costs 40 ms.
      socket.setNoDelay(true);
      socket.on('error', cut);
      socket.on('close', () => {
        open.delete(socket);
        cut();
      });
    }
    relay(client, upstream, { rules, seen, counts, cut });
  };
  const server: Server =
    options.tls === undefined ? createServer(accept) : createTlsServer(options.tls, accept);
  await new Promise<void>((resolve) => server.listen(0, options.host ?? '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cutAll = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: address.port,
    rules,
    seen,
    get entryCount() {
      return counts.entries;
    },
    forgetSeen() {
      seen.length = 0;
      counts.entries = 0;
    },
    cutAll,
    close() {
      cutAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A condition about what may not be read is neither true nor false, and so is its opposite. */
function withUndecided(search: Piece, { unreadable, notHeld }: ProxyRules): Piece {
  if (unreadable === undefined && notHeld === undefined) return search;
  const parts = pieces(search.content);
  return sequenceOf(search.tag, ...parts.map((one, index) => (index === 6 ? undecided(one, false) : one)));

  function undecided(filter: Piece, isNegated: boolean): Piece {
    if (filter.tag === 0xa0 || filter.tag === 0xa1)
      return sequenceOf(filter.tag, ...pieces(filter.content).map((one) => undecided(one, isNegated)));
    if (filter.tag === 0xa2)
      return sequenceOf(filter.tag, ...pieces(filter.content).map((one) => undecided(one, !isNegated)));
    const name = (filter.tag === 0x87 ? filter.content : part(pieces(filter.content), 0).content).toString();
    if (includes(notHeld, name)) return isNegated ? ANYTHING : sequenceOf(0xa2, ANYTHING);
    if (!includes(unreadable?.attributes, name)) return filter;
    const isOfClass = sequenceOf(
      0xa3,
      { tag: 0x04, content: Buffer.from('objectClass') },
      { tag: 0x04, content: Buffer.from(unreadable?.objectClass ?? '') },
    );
    return isNegated
      ? sequenceOf(0xa1, filter, isOfClass)
      : sequenceOf(0xa0, filter, sequenceOf(0xa2, isOfClass));
  }
}

const ANYTHING: Piece = { tag: 0x87, content: Buffer.from('objectClass') };

function includes(names: readonly string[] | undefined, name: string): boolean {
  return names?.some((one) => one.toLowerCase() === name.toLowerCase()) === true;
}

interface Search {
  readonly isPaged: boolean;
  readonly base: string;
  readonly ranges: readonly string[];
  entries: number;
}

interface Wire {
  readonly rules: ProxyRules;
  readonly seen: SeenRequest[];
  readonly counts: { entries: number };
  readonly cut: () => void;
}

function relay(client: Socket, upstream: Socket, { rules, seen, counts, cut }: Wire): void {
  const searches = new Map<number, Search>();
  const answer = (id: number, operation: Piece, controls: readonly Piece[] = []) =>
    client.write(message(id, operation, controls));

  const onRequest = (id: number, given: Piece, controls: readonly Piece[]) => {
    const operation = given.tag === 0x63 ? withUndecided(given, rules) : given;
    if (operation.tag === 0x60) {
      seen.push({ kind: 'bind', base: '', isPaged: false, attributes: [] });
      if (rules.refuseSignIn !== undefined) {
        const text = `80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data ${rules.refuseSignIn}, v4563`;
        return answer(id, result(0x61, 49, text));
      }
    }
    if (operation.tag !== 0x63) {
      if (operation.tag !== 0x60) seen.push({ kind: 'other', base: '', isPaged: false, attributes: [] });
      return upstream.write(message(id, operation, controls));
    }
    const parts = pieces(operation.content);
    const attributes = pieces(part(parts, 7).content).map(({ content }) => content.toString());
    const base = part(parts, 0).content.toString();
    const paged = controls
      .flatMap((list) => pieces(list.content))
      .find((control) => controlType(control) === PAGED);
    seen.push({ kind: 'search', base, isPaged: paged !== undefined, attributes });
    if (rules.busy > 0) {
      rules.busy -= 1;
      return answer(id, result(0x65, 51, '0000200E: SvcErr: DSID-020A0A6B, problem 5001 (BUSY), data 0'));
    }
    searches.set(id, {
      isPaged: paged !== undefined,
      base,
      ranges: attributes.filter((name) => name.includes(';range=')),
      entries: 0,
    });
    if (paged === undefined) return upstream.write(message(id, operation, controls));
    const { size, cookie } = readPaged(paged);
    if (rules.emptyPageFirst && cookie.length === 0) {
      searches.delete(id);
      return answer(id, result(0x65, 0, ''), [sequence(0xa0, writePaged(0, FIRST_PAGE_WAS_EMPTY))]);
    }
    const others = controls
      .flatMap((list) => pieces(list.content))
      .filter((control) => controlType(control) !== PAGED)
      .map((control) => encode(control));
    const realCookie = cookie.equals(FIRST_PAGE_WAS_EMPTY) ? Buffer.alloc(0) : cookie;
    const capped = writePaged(Math.min(size, rules.maxPageSize), realCookie);
    return upstream.write(message(id, operation, [sequence(0xa0, ...others, capped)]));
  };

  const onAnswer = (id: number, operation: Piece, controls: readonly Piece[]) => {
    const search = searches.get(id);
    if (search === undefined) return answer(id, operation, controls);
    if (operation.tag === 0x64) {
      search.entries += 1;
      if (!search.isPaged && search.entries > rules.maxPageSize) return;
      counts.entries += 1;
      return answer(id, limitValues(operation, search, rules), controls);
    }
    if (operation.tag !== 0x65) return answer(id, operation, controls);
    searches.delete(id);
    if (!search.isPaged && search.entries > rules.maxPageSize) return answer(id, result(0x65, 4, ''));
    if (rules.referral !== undefined && search.base.toLowerCase().startsWith('dc=')) {
      const url = Buffer.from(`ldap://child.example.test/${rules.referral}`);
      answer(id, { tag: 0x73, content: encode({ tag: 0x04, content: url }) });
    }
    answer(id, operation, controls);
    if (search.isPaged && !search.base.startsWith('CN=Schema,') && rules.cutAfterPages !== undefined) {
      rules.cutAfterPages -= 1;
      // After the page has gone out.
      if (rules.cutAfterPages <= 0) client.destroySoon();
    }
  };

  client.on('data', messagesIn(onRequest, cut));
  upstream.on('data', messagesIn(onAnswer, cut));
}

/** Cuts long attributes as Windows does: the name itself stays empty, the beginning comes under a name with a range. */
function limitValues(entry: Piece, { ranges }: Search, rules: ProxyRules): Piece {
  const [dn, list] = pieces(entry.content);
  if (dn === undefined || list === undefined) return entry;
  const given = pieces(list.content);
  const textsOf = (wanted: string) => {
    const found = given.find((one) => part(pieces(one.content), 0).content.toString() === wanted);
    return found === undefined
      ? []
      : pieces(part(pieces(found.content), 1).content).map((one) => one.content.toString());
  };
  const [schemaName] = textsOf('lDAPDisplayName');
  const isOfClass = textsOf('objectClass').includes(rules.unreadable?.objectClass ?? '');
  const attributes = given.flatMap((attribute) => {
    const [name, values] = pieces(attribute.content);
    if (name === undefined || values === undefined) return [attribute];
    const text = name.content.toString();
    if (includes(rules.notHeld, text)) return [];
    if (isOfClass && includes(rules.unreadable?.attributes, text)) return [];
    if (text === 'isMemberOfPartialAttributeSet' && includes(rules.notHeld, schemaName ?? '')) return [];
    if (text === 'invocationId' && rules.invocationId !== undefined)
      return [attributeOf(text, [{ tag: 0x04, content: rules.invocationId }])];
    if (text === 'uSNChanged' && rules.frozenSequence)
      return [attributeOf(text, [{ tag: 0x04, content: Buffer.from('1') }])];
    const all = pieces(values.content);
    if (all.length <= rules.maxValRange) return [attribute];
    const [plain = text] = text.split(';');
    const asked = ranges.find((range) => range.toLowerCase().startsWith(`${plain.toLowerCase()};range=`));
    const start = Number(/range=(\d+)/.exec(asked ?? '')?.[1] ?? 0);
    const cutOff = attributeOf(
      `${plain};range=${start}-${start + rules.maxValRange - 1}`,
      all.slice(0, rules.maxValRange),
    );
    return asked === undefined ? [attributeOf(plain, []), cutOff] : [cutOff];
  });
  return sequenceOf(0x64, dn, sequenceOf(0x30, ...attributes));
}

function attributeOf(name: string, values: readonly Piece[]): Piece {
  return sequenceOf(0x30, { tag: 0x04, content: Buffer.from(name) }, sequenceOf(0x31, ...values));
}

function controlType(control: Piece): string {
  return part(pieces(control.content), 0).content.toString();
}

function readPaged(control: Piece): { readonly size: number; readonly cookie: Buffer } {
  const value = part(pieces(control.content), -1).content;
  const parts = pieces(part(pieces(value), 0).content);
  const size = part(parts, 0).content;
  return { size: size.readUIntBE(0, size.length), cookie: part(parts, 1).content };
}

function writePaged(size: number, cookie: Buffer): Buffer {
  const value = new BerWriter();
  value.startSequence();
  value.writeInt(size);
  value.writeBuffer(cookie, 0x04);
  value.endSequence();
  const control = new BerWriter();
  control.startSequence();
  control.writeString(PAGED);
  control.writeBoolean(true);
  control.writeBuffer(value.buffer, 0x04);
  control.endSequence();
  return control.buffer;
}

function result(tag: number, code: number, text: string): Piece {
  const writer = new BerWriter();
  writer.startSequence(tag);
  writer.writeEnumeration(code);
  writer.writeString('');
  writer.writeString(text);
  writer.endSequence();
  return part(pieces(writer.buffer), 0);
}

function message(id: number, operation: Piece, controls: readonly Piece[]): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  writer.writeBuffer(operation.content, operation.tag);
  for (const control of controls) writer.writeBuffer(control.content, control.tag);
  writer.endSequence();
  return writer.buffer;
}

function sequence(tag: number, ...parts: readonly Buffer[]): Piece {
  return { tag, content: Buffer.concat(parts) };
}

function sequenceOf(tag: number, ...parts: readonly Piece[]): Piece {
  return sequence(tag, ...parts.map(encode));
}

function encode({ tag, content }: Piece): Buffer {
  const writer = new BerWriter();
  writer.writeBuffer(content, tag);
  return writer.buffer;
}

function part(parts: readonly Piece[], index: number): Piece {
  const found = parts.at(index);
  if (found === undefined) throw new Error('a part of an LDAP message is missing');
  return found;
}

function pieces(buffer: Buffer): readonly Piece[] {
  const found: Piece[] = [];
  for (let at = 0; at < buffer.length; ) {
    const end = endOf(buffer, at);
    if (end === undefined) throw new Error('cut LDAP message');
    found.push({ tag: buffer.readUInt8(at), content: buffer.subarray(end.start, end.end) });
    at = end.end;
  }
  return found;
}

function endOf(buffer: Buffer, at: number): { readonly start: number; readonly end: number } | undefined {
  if (buffer.length < at + 2) return undefined;
  const first = buffer.readUInt8(at + 1);
  const bytes = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + bytes;
  if (buffer.length < start) return undefined;
  const end = start + (bytes === 0 ? first : buffer.readUIntBE(at + 2, bytes));
  return end > buffer.length ? undefined : { start, end };
}

function messagesIn(
  take: (id: number, operation: Piece, controls: readonly Piece[]) => void,
  fail: () => void,
): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    try {
      for (let end = endOf(rest, 0); end !== undefined; end = endOf(rest, 0)) {
        const [id, operation, ...controls] = pieces(rest.subarray(end.start, end.end));
        rest = rest.subarray(end.end);
        if (id === undefined || operation === undefined) throw new Error('LDAP message');
        take(id.content.readUIntBE(0, id.content.length), operation, controls);
      }
    } catch {
      fail();
    }
  };
}
