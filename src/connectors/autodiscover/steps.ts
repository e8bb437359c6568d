// What was tried and what came, as data and as a line a person can read. The same list is shown when an address was
// found and when none was. The mail address that is asked about stands in it as {mailbox}.

export type Question = 'connectionPoints' | 'json' | 'pox' | 'soap' | 'plainRedirect' | 'srv' | 'ews';

/** `found`: this brought the search forward; `leadsOn`: the next step follows from it; `passedOver`: it went on elsewhere. */
export type StepKind = 'found' | 'leadsOn' | 'passedOver';

export interface DiscoveryStep {
  /** ISO 8601. */
  readonly at: string;
  readonly question: Question;
  /** URL, or the name that was looked up. */
  readonly target: string;
  readonly isSignedIn: boolean;
  /** HTTP status, where one came. */
  readonly status?: number;
  readonly outcome: StepOutcome;
  readonly detail?: string;
}

const OUTCOMES = {
  served: 'Exchange Web Services answer here',
  named: 'names the address of Exchange Web Services',
  leadsOn: 'leads on to',
  wantsSignIn: 'asks to sign in',
  notThere: 'passed over, Autodiscover is not here',
  unreachable: 'passed over, the server cannot be reached',
  certificateNotTrusted: 'passed over, the certificate is not trusted or bears another name',
  noAnswer: 'passed over, the answer did not come or was cut off',
  outOfTime: 'not asked, the time for the search is used up',
  webPage: 'passed over, this is a web page and not Autodiscover',
  unreadable: 'passed over, the answer cannot be read',
  tooLong: 'passed over, the answer is longer than any of Autodiscover',
  serverError: 'passed over, the server reports an error',
  noAddress: 'passed over, the answer names no address of Exchange Web Services',
  notEncrypted: 'not followed, it leads to an address without encryption',
  outside: 'not followed, it leads to a server outside of the mail domain',
  exchangeOnline: 'not followed, it leads to Exchange Online',
  loop: 'not followed, it leads back to where it came from',
  tooManyRedirects: 'not followed, too many redirects',
  badRedirect: 'not followed, the redirect names no usable address',
  signInNotOffered: 'passed over, the server does not offer the chosen way to sign in',
  notExchange: 'passed over, it asks for a password but does not look like Exchange',
  signInRefused: 'the sign-in was refused; the password is not tried anywhere else',
  noExchangeWebServices: 'passed over, Exchange Web Services do not answer here',
  directoryNotAsked: 'passed over, Active Directory could not be asked',
  pointsFound: 'connection points found',
  noPoints: 'passed over, there are no connection points',
  noRecord: 'passed over, there is no such record',
  otherPort: 'passed over, the record names another port than 443',
} as const;

export type StepOutcome = keyof typeof OUTCOMES;

const FOUND: readonly StepOutcome[] = ['served', 'named', 'pointsFound'];
const LEADS_ON: readonly StepOutcome[] = ['leadsOn', 'wantsSignIn'];

export function stepKind({ outcome }: DiscoveryStep): StepKind {
  if (FOUND.includes(outcome)) return 'found';
  return LEADS_ON.includes(outcome) ? 'leadsOn' : 'passedOver';
}

/** Without whom it was asked of. */
export function stepResult({ status, outcome, detail }: DiscoveryStep): string {
  const answer = status === undefined ? '' : `${status}, `;
  const more = detail === undefined ? '' : outcome === 'leadsOn' ? ` ${detail}` : ` (${detail})`;
  return `${answer}${OUTCOMES[outcome]}${more}`;
}

export function stepText(step: DiscoveryStep): string {
  const how = step.isSignedIn ? ' (signed in)' : '';
  return `${step.target}${how}: ${stepResult(step)}`;
}
