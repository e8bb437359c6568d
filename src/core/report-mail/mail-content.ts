// A mail before it is HTML or plain text: both are written from this, so that they say the same.

export type Tone = 'good' | 'warn' | 'bad' | 'plain';

export interface Fact {
  readonly label: string;
  readonly value: string;
  /** What is worth knowing beside it, such as the number of the run before. */
  readonly note?: string;
}

/** Two columns, because a phone has no room for three: who, and what became of them. */
export interface Row {
  readonly who: string;
  readonly where?: string;
  readonly tone: Tone;
  readonly what: string;
  readonly more?: string;
}

export type Block =
  | { readonly kind: 'facts'; readonly title?: string; readonly facts: readonly Fact[] }
  | {
      readonly kind: 'notice';
      readonly tone: Tone;
      readonly title: string;
      readonly lines: readonly string[];
      /** To be typed as they are. */
      readonly commands?: readonly string[];
      readonly after?: string;
    }
  | {
      readonly kind: 'problems';
      readonly title: string;
      readonly problems: readonly {
        readonly tone: Tone;
        readonly text: string;
        readonly remedy: string | undefined;
      }[];
    }
  | {
      readonly kind: 'table';
      readonly title: string;
      readonly head: readonly [who: string, what: string];
      readonly rows: readonly Row[];
      /** What the table leaves out. */
      readonly rest?: string;
    };

export interface MailContent {
  readonly language: string;
  readonly subject: string;
  readonly title: string;
  readonly badge: { readonly tone: Tone; readonly text: string };
  /** One sentence below the title; also what the list of mails shows. */
  readonly summary: string;
  readonly blocks: readonly Block[];
  readonly footer: readonly string[];
}
