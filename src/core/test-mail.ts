// The test mail of an environment, in the language of its reports.

import type { Environment } from '../model/environment.ts';

export interface TestMailText {
  readonly subject: string;
  readonly text: string;
}

export function testMail(
  { name, language, timeZone }: Pick<Environment, 'name' | 'language' | 'timeZone'>,
  sender: string,
  sentAt: Date,
): TestMailText {
  const time = new Intl.DateTimeFormat(language === 'de' ? 'de-DE' : 'en-GB', {
    dateStyle: 'long',
    timeStyle: 'long',
    timeZone,
  }).format(sentAt);
  return language === 'de' ? german(name, sender, time) : english(name, sender, time);
}

const english = (name: string, sender: string, time: string): TestMailText => ({
  subject: `contactSync: test mail from environment "${name}"`,
  text: `This mail shows that contactSync can send reports from this mailbox.

Environment: ${name}
Sent from:   ${sender}
Sent at:     ${time}

Somebody asked for it on the command line or in the web application. There is nothing to do.
`,
});

const german = (name: string, sender: string, time: string): TestMailText => ({
  subject: `contactSync: Testnachricht der Umgebung „${name}“`,
  text: `Diese Nachricht zeigt, dass contactSync aus diesem Postfach Berichte senden kann.

Umgebung:      ${name}
Gesendet aus:  ${sender}
Gesendet am:   ${time}

Jemand hat sie auf der Befehlszeile oder in der Webanwendung angefordert. Es ist nichts zu tun.
`,
});
