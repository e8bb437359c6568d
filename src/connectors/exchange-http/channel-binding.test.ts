// Certificates made with OpenSSL, and bindings worked out from them with Python's hashlib.

import { describe, expect, it } from 'vitest';
import { channelBindingHash } from './channel-binding.ts';
import certificates from './testing/certificates.json' with { type: 'json' };

describe('the channel binding to a certificate', () => {
  it.each(certificates)('signed with $signature', ({ der, binding }) => {
    expect(channelBindingHash(Buffer.from(der, 'base64'))?.toString('hex')).toBe(binding);
  });

  it('twin: differs with the hash of the signature', () => {
    const bindings = certificates.map(({ binding }) => binding).filter((one) => one !== undefined);
    expect(bindings).toHaveLength(13);
    expect(new Set(bindings).size).toBe(13);
  });

  it('is none where there is no certificate', () => {
    expect(channelBindingHash(Buffer.alloc(0))).toBeUndefined();
  });
});
