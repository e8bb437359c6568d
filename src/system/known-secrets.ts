// The secrets that this process has met, to keep them out of what it writes down. A text that holds one, as it is or in
// an encoding in which it crosses wires, is written without it; so is what has the shape of a secret.

import type { SecretStore } from '../ports/secret-store.ts';

export const HIDDEN = '[redacted]';

/** Shorter ones would take ordinary words out of every line. */
const SHORTEST = 4;
/** Below that an encoded piece is an ordinary word. */
const SHORTEST_ENCODED = 6;
/** A service that imports certificates for years must not remember each of them. */
const MOST_KNOWN = 500;

/** What looks like a secret, whoever made it. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, HIDDEN],
  // https://www.rfc-editor.org/rfc/rfc7519: access tokens and client assertions.
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, HIDDEN],
  [/\b(Bearer|Basic|NTLM|Negotiate) +[\w.~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  [/(:\/\/[^\s/?#@]*:)[^\s/?#@]+@/g, `$1${HIDDEN}@`],
];

export class KnownSecrets {
  /** Secret to the texts in which it may appear. */
  readonly #forms = new Map<string, readonly string[]>();

  add(...secrets: readonly (string | undefined)[]): void {
    for (const secret of secrets) {
      if (secret === undefined || secret.length < SHORTEST) continue;
      // The one met last goes last.
      this.#forms.delete(secret);
      this.#forms.set(secret, formsOf(secret));
    }
    for (const oldest of this.#forms.keys()) {
      if (this.#forms.size <= MOST_KNOWN) break;
      this.#forms.delete(oldest);
    }
  }

  hide(text: string): string {
    let hidden = text;
    for (const forms of this.#forms.values())
      for (const form of forms) if (hidden.includes(form)) hidden = hidden.replaceAll(form, HIDDEN);
    for (const [shape, replacement] of SHAPES) hidden = hidden.replace(shape, replacement);
    return hidden;
  }
}

/** Longest first: a shorter form may be a part of a longer one. */
function formsOf(secret: string): readonly string[] {
  const utf8 = Buffer.from(secret);
  const utf16 = Buffer.from(secret, 'utf16le');
  const long = (form: string) => form.length >= SHORTEST_ENCODED;
  const forms = new Set([
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ '': secret }).toString().slice(1),
    ...[utf8, utf16].flatMap(insideBase64).filter(long),
    ...[utf8, utf16].map((bytes) => bytes.toString('hex')),
    utf16.toString('latin1'),
    // Keys in PEM: errors tell single lines of them.
    ...secret.split(/\r?\n/).filter((line) => line.length >= 32 && !line.startsWith('-----')),
  ]);
  return [...forms].sort((one, other) => other.length - one.length);
}

/** What of a text in base64 depends on these bytes alone, wherever in it they stand, such as after a user's name. */
function insideBase64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const first = Math.ceil((before * 8) / 6);
    const end = Math.floor((whole.length * 8) / 6);
    return [whole.toString('base64').slice(first, end), whole.toString('base64url').slice(first, end)];
  });
}

/** The same store; what goes in and comes out is known from then on. */
export function withKnownSecrets(secrets: SecretStore, known: KnownSecrets): SecretStore {
  return {
    ...secrets,
    async saveCertificate(certificate, privateKeyPem) {
      known.add(privateKeyPem);
      await secrets.saveCertificate(certificate, privateKeyPem);
    },
    async readPrivateKey(thumbprint) {
      const privateKeyPem = await secrets.readPrivateKey(thumbprint);
      known.add(privateKeyPem);
      return privateKeyPem;
    },
    async savePassword(environmentId, use, password) {
      known.add(password.password);
      await secrets.savePassword(environmentId, use, password);
    },
    async readPassword(environmentId, use, destination) {
      const password = await secrets.readPassword(environmentId, use, destination);
      known.add(password);
      return password;
    },
  };
}

/** Secrets that are given in the environment of the process. */
export function secretsOfProcess(variables: NodeJS.ProcessEnv): readonly string[] {
  const given = Object.entries(variables).flatMap(([name, value = '']) =>
    /^CONTACTSYNC_(KEY|.*(PASSWORD|PASSPHRASE|SECRET|TOKEN))$/.test(name) ? [value] : [],
  );
  const { CONTACTSYNC_DATABASE_URL: url = '', PGPASSWORD: password = '' } = variables;
  const inUrl = URL.canParse(url) ? new URL(url).password : '';
  return [...given, password, inUrl, decoded(inUrl)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
