// One call of the control API over HTTPS.

import { type Agent, fetch } from 'undici';

/** What the control API refused, with its code. */
export class ControlRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export async function callControl<Result>(
  url: string,
  dispatcher: Agent,
  body: object,
  signal?: AbortSignal,
): Promise<Result> {
  const response = await fetch(url, {
    method: 'POST',
    dispatcher,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
  const answer = (await response.json()) as { error?: { code: string; message: string } };
  if (response.status !== 200) {
    const { code = 'Unknown', message = 'no message' } = answer.error ?? {};
    throw new ControlRefusal(response.status, code, message);
  }
  return answer as Result;
}
