// MD4 (RFC 1320), because Node's OpenSSL has none. Nothing is safe that rests on it alone; NTLM keeps passwords as it.

const SHIFTS = [
  [3, 7, 11, 19],
  [3, 5, 9, 13],
  [3, 9, 11, 15],
] as const;
const ORDERS = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
  [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
] as const;
const CONSTANTS = [0, 0x5a82_7999, 0x6ed9_eba1] as const;
const MIXERS = [
  (x: number, y: number, z: number) => (x & y) | (~x & z),
  (x: number, y: number, z: number) => (x & y) | (x & z) | (y & z),
  (x: number, y: number, z: number) => x ^ y ^ z,
] as const;

/** 16 bytes. */
export function md4(message: Buffer): Buffer {
  const padded = pad(message);
  let state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
  for (let at = 0; at < padded.length; at += 64) state = mixBlock(state, padded.subarray(at, at + 64));
  const digest = Buffer.alloc(16);
  for (const [index, word] of state.entries()) digest.writeUInt32LE(word >>> 0, index * 4);
  return digest;
}

/** A one bit, zeros up to 56 bytes beyond a multiple of 64, the length in bits. */
function pad(message: Buffer): Buffer {
  const padded = Buffer.alloc(Math.ceil((message.length + 9) / 64) * 64);
  message.copy(padded);
  padded[message.length] = 0x80;
  padded.writeBigUInt64LE(BigInt(message.length) * 8n, padded.length - 8);
  return padded;
}

function mixBlock(state: readonly number[], block: Buffer): number[] {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (const [round, order] of ORDERS.entries()) {
    const mix = MIXERS[round] ?? MIXERS[0];
    for (const [step, word] of order.entries()) {
      const sum = a + mix(b, c, d) + block.readUInt32LE(word * 4) + (CONSTANTS[round] ?? 0);
      [a, b, c, d] = [d, rotate(sum | 0, SHIFTS[round]?.[step % 4] ?? 0), b, c];
    }
  }
  return [a, b, c, d].map((word, index) => (word + (state[index] ?? 0)) | 0);
}

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));
