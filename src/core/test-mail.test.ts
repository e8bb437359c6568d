import { describe, expect, it } from 'vitest';
import { testMail } from './test-mail.ts';

const AT = new Date('2026-03-01T11:05:00Z');

describe('the test mail', () => {
  it.each([
    ['en', 'test mail from environment "head-office"', 'Sent at:     1 March 2026 at 12:05:00 CET'],
    ['de', 'Testnachricht der Umgebung „head-office“', 'Gesendet am:   1. März 2026 um 12:05:00 MEZ'],
  ] as const)(
    'is written in the language and time zone of the environment: %s',
    (language, subject, time) => {
      const environment = { name: 'head-office', language, timeZone: 'Europe/Berlin' };
      const mail = testMail(environment, 'reports@contoso.example', AT);
      expect(mail.subject).toContain(subject);
      expect(mail.text.split('\n')).toContain(time);
      expect(mail.text).toContain('reports@contoso.example');
    },
  );
});
