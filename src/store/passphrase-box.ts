// The key inside a backup, under a passphrase: scrypt makes guessing slow, AES-256-GCM notices every change. The box is
// bound to the database it came with.

import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { Failure } from '../model/failure.ts';

/** 128 MiB for each guess (https://www.rfc-editor.org/rfc/rfc7914, cost 2^17, block size 8). */
const COST = { N: 2 ** 17, r: 8, p: 1 } as const;
const MEMORY_BYTES = 160 * 1024 * 1024;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 1;
const KEY_BYTES = 32;
const BOX_BYTES = 1 + SALT_BYTES + NONCE_BYTES + TAG_BYTES + KEY_BYTES;

export async function sealKey(key: Uint8Array, passphrase: string, context: string): Promise<Buffer> {
  const head = Buffer.concat([Buffer.from([FORMAT]), randomBytes(SALT_BYTES)]);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', await derive(passphrase, head.subarray(1)), nonce);
  cipher.setAAD(Buffer.concat([head, Buffer.from(context, 'utf8')]));
  const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
  return Buffer.concat([head, nonce, cipher.getAuthTag(), sealed]);
}

/** Throws `backupPassphrase`: a wrong passphrase and a changed box look alike. */
export async function unsealKey(box: Buffer, passphrase: string, context: string): Promise<Buffer> {
  if (box.length !== BOX_BYTES || box[0] !== FORMAT)
    throw new Failure('backupDamaged', { details: { reason: 'the key in it has an unknown form' } });
  const head = box.subarray(0, 1 + SALT_BYTES);
  const nonce = box.subarray(head.length, head.length + NONCE_BYTES);
  const start = head.length + NONCE_BYTES + TAG_BYTES;
  const key = await derive(passphrase, head.subarray(1));
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.concat([head, Buffer.from(context, 'utf8')]));
  decipher.setAuthTag(box.subarray(start - TAG_BYTES, start));
  try {
    return Buffer.concat([decipher.update(box.subarray(start)), decipher.final()]);
  } catch (cause) {
    throw new Failure('backupPassphrase', { cause });
  }
}

function derive(passphrase: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // One passphrase may be typed in two forms of Unicode.
    scrypt(passphrase.normalize('NFC'), salt, KEY_BYTES, { ...COST, maxmem: MEMORY_BYTES }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
