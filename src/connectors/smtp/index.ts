// Mail through a mail server.

export { createSmtpMailSender, type SmtpMailOptions } from './send-mail.ts';
