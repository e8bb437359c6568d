// What failures say in German, in mails. A failure without a text here says it in English: its number finds the page of
// the manual in either case.

import type { FailureCode, FailureText } from '../../model/failure-codes.ts';

type GermanText = Pick<FailureText, 'sentence' | 'remedy'>;

const TEXTS: Readonly<Partial<Record<FailureCode, GermanText>>> = {};

export const germanFailure = (code: FailureCode): GermanText | undefined => TEXTS[code];
