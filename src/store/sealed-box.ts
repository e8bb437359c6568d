// Encryption at rest: AES-256-GCM under a key derived for one purpose. A box is bound to its place by a context text
// (kind and name of what it holds), so that rows of the database cannot be exchanged for one another.

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Failure } from '../model/failure.ts';
import type { FailureCode } from '../model/failure-codes.ts';

const FORMAT = 1;
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Format, key id, whether compressed. */
const HEADER_BYTES = 1 + KEY_ID_BYTES + 1;
const COMPRESSED_FROM_BYTES = 512;

export interface MasterKey {
  readonly bytes: Uint8Array;
  /** Tells keys apart without telling anything about them. */
  readonly id: Uint8Array;
}

export function masterKey(bytes: Uint8Array): MasterKey {
  return { bytes, id: derive(bytes, 'key id').subarray(0, KEY_ID_BYTES) };
}

function derive(bytes: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', bytes, new Uint8Array(0), `contactsync ${purpose}`, 32));
}

export interface Sealer {
  seal(plain: string, context: string): Uint8Array;
  /** Throws `wrongKey`, or the given failure when the box was changed or belongs elsewhere. */
  unseal(box: Uint8Array, context: string): string;
}

/** One key encrypts at most 2^32 boxes with random nonces; hence a purpose as narrow as the caller can make it. */
export function createSealer(master: MasterKey, purpose: string, damaged: FailureCode): Sealer {
  const key = derive(master.bytes, purpose);
  return {
    seal(plain, context) {
      const bytes = Buffer.from(plain, 'utf8');
      const isCompressed = bytes.length >= COMPRESSED_FROM_BYTES;
      const header = Buffer.from([FORMAT, ...master.id, isCompressed ? 1 : 0]);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(Buffer.concat([header, Buffer.from(context, 'utf8')]));
      const sealed = [cipher.update(isCompressed ? deflateRawSync(bytes) : bytes), cipher.final()];
      return Buffer.concat([header, nonce, cipher.getAuthTag(), ...sealed]);
    },
    unseal(box, context) {
      const bytes = Buffer.from(box);
      const start = HEADER_BYTES + NONCE_BYTES + TAG_BYTES;
      if (bytes.length < start || bytes[0] !== FORMAT) throw new Failure(damaged, { details: { context } });
      const header = bytes.subarray(0, HEADER_BYTES);
      if (!header.subarray(1, 1 + KEY_ID_BYTES).equals(master.id)) throw new Failure('wrongKey');
      const nonce = bytes.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.concat([header, Buffer.from(context, 'utf8')]));
      decipher.setAuthTag(bytes.subarray(HEADER_BYTES + NONCE_BYTES, start));
      try {
        const plain = Buffer.concat([decipher.update(bytes.subarray(start)), decipher.final()]);
        return (header[HEADER_BYTES - 1] === 1 ? inflateRawSync(plain) : plain).toString('utf8');
      } catch (thrown) {
        throw new Failure(damaged, { details: { context }, cause: thrown });
      }
    },
  };
}
