// What an answer of Autodiscover says, the same for its three forms.

/** Whose view of the network counts: connection points of Active Directory are for clients inside. */
export type Side = 'internal' | 'external';

export type DecodedAnswer =
  /** Best first, as the server wrote them; never empty. */
  | { readonly kind: 'urls'; readonly urls: readonly string[]; readonly serverVersion?: string }
  | { readonly kind: 'redirectUrl'; readonly url: string }
  | { readonly kind: 'redirectAddress'; readonly address: string }
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'noUrl' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** A code is a word or a number; whatever else stands in its place may name people. */
export function safeCode(text: string): string {
  return /^[A-Za-z0-9]{1,60}$/.test(text) ? text : 'unknown';
}
